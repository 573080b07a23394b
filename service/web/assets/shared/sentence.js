// Messages of the service as sentences: it writes them without a capital letter and without a full stop.

// Leaves a first word that is a path of fields, such as settings.epochs, as it is.
export function sentence(text) {
  const isPath = /^\w*[._[]/.test(text);
  const begun = isPath ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
