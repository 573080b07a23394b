// The networks that lessons make have a label, by which lists of networks leave them out or put them last.
export const LESSON = "lesson";

export const isOfLesson = ({ labels }) => LESSON in labels;
