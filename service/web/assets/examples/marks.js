// How classes are told apart in a drawing: by a sign and by a colour, never by colour alone.

const COLOURS = 10;
const SIGNS = ["●", "■", "▲", "◆", "✚", "✖", "▼", "★", "◗", "♥", "⬟"]; // prime to the number of colours

const LONGEST = 2; // characters of a name that is its own sign

const AS_TEXT = "\ufe0e"; // some systems draw emoji in place of signs

// { sign, colour } of a class; a short name is its own sign.
export function markOf(names, index) {
  const isShort = names.every(({ length }) => length <= LONGEST);
  return { sign: isShort ? names[index] : `${SIGNS[index % SIGNS.length]}${AS_TEXT}`, colour: `--class-${(index % COLOURS) + 1}` };
}
