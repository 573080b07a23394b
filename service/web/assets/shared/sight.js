// Which elements are outside the window: what nobody sees need not move smoothly.
const unseen = new WeakSet();

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) unseen[isIntersecting ? "delete" : "add"](target);
});

// Whether an element is in sight; one that was not asked for before counts as seen until the browser has answered.
export function isInSight(element) {
  observer.observe(element); // twice is once; it is forgotten with the element
  return !unseen.has(element);
}
