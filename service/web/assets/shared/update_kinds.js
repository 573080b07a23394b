// What an update is, by its kind.
export const UPDATE_KINDS = {
  UPDATE_KIND_INITIAL: "Initial weights",
  UPDATE_KIND_GRADIENT: "Gradient update",
  UPDATE_KIND_EDIT: "Edit",
  UPDATE_KIND_RESET: "Reset",
  UPDATE_KIND_RESTORE: "Best weights restored",
};
