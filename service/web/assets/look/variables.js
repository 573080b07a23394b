// The variables of an executed line, by what they hold: the contract's roles. Their names are shown,
// and nothing here depends on them.

const ROLE = "WALK_VARIABLE_ROLE_";
const isOf = (role) => (variable) => variable.role === ROLE + role;
const isElement = ({ indices }) => indices.length > 0;

// What the line works on, such as the logit of its unit; undefined where there is none.
export const scalarOf = (step, role) => step?.variables.find((each) => isOf(role)(each) && !isElement(each))?.value;

// What the line reads from a list, such as the target of its output; undefined where it reads none.
export const elementOf = (step, role) => step?.variables.find((each) => isOf(role)(each) && isElement(each))?.value;

const changedIn = (step) => step?.variables.filter(({ name }) => step.changed.includes(name)) ?? [];
const short = (variable) => ({ ...variable, role: variable.role.slice(ROLE.length) });

// The elements of lists that the line set.
export const storedIn = (step) => changedIn(step).filter(isElement).map(short);

// What the line computed: the variables that it set, but for elements in which it only stored what a
// line before it had computed.
export const computedIn = (step) =>
  changedIn(step)
    .map(short)
    .filter((each) => !isElement(each) || scalarOf(step, each.role) === undefined);
