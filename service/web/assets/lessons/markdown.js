// The Markdown of lessons: paragraphs, lists, **strong**, *emphasis*, `code` and [links](address). Everything else is
// text, HTML too.

// [{ kind: "paragraph" | "list", … }]: a paragraph has `spans`, a list has `items` of spans and `isOrdered`.
export function blocksOf(text) {
  return text
    .split(/\n\s*\n/)
    .filter((chunk) => chunk.trim())
    .map((chunk) => {
      const lines = chunk.trim().split("\n");
      const [, mark] = lines[0].match(/^(-|\d+\.) /) ?? [];
      return mark ? { kind: "list", isOrdered: mark !== "-", items: itemsOf(lines).map(spansOf) } : { kind: "paragraph", spans: spansOf(lines.join(" ")) };
    });
}

// An indented line continues the item before it.
function itemsOf(lines) {
  const items = [];
  for (const line of lines) {
    const [, text] = line.match(/^(?:-|\d+\.) +(.*)$/) ?? [];
    if (text === undefined) items.push(`${items.pop()} ${line.trim()}`);
    else items.push(text);
  }
  return items;
}

const SPAN = /\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[([^\]]+)\]\(([^)\s]+)\)/g;

// Addresses of this page and of the web; any other is shown as text.
const ADDRESS = /^(https?:\/\/|\/(?!\/)|\?)/;

// [{ kind: "text" | "strong" | "emphasis" | "code" | "link", text, address }]
export function spansOf(line) {
  const spans = [];
  let end = 0;
  const add = (kind, text, more) => text && spans.push({ kind, text, ...more });
  for (const found of line.matchAll(SPAN)) {
    const [all, strong, emphasis, code, link, address] = found;
    add("text", line.slice(end, found.index));
    add("strong", strong);
    add("emphasis", emphasis);
    add("code", code);
    if (link && ADDRESS.test(address)) add("link", link, { address });
    else if (link) add("text", all);
    end = found.index + all.length;
  }
  add("text", line.slice(end));
  return spans;
}
