// The variables of an executed line, by the roles of the contract. Their names are only displayed.

const ROLE = "WALK_VARIABLE_ROLE_";
const isOf = (role) => (variable) => variable.role === ROLE + role;
const isElement = ({ indices }) => indices.length > 0;

// A variable of the line, such as the logit of its unit; undefined if there is none.
export const scalarOf = (step, role) => step?.variables.find((each) => isOf(role)(each) && !isElement(each))?.value;

// An element of a list that the line reads, such as the target of its output; undefined if there is none.
export const elementOf = (step, role) => step?.variables.find((each) => isOf(role)(each) && isElement(each))?.value;

const changedIn = (step) => step?.variables.filter(({ name }) => step.changed.includes(name)) ?? [];
const short = (variable) => ({ ...variable, role: variable.role.slice(ROLE.length) });

// The elements of lists that the line sets.
export const storedIn = (step) => changedIn(step).filter(isElement).map(short);

// The results of the line: the variables that it sets, except elements that only store the result of an
// earlier line.
export const computedIn = (step) =>
  changedIn(step)
    .map(short)
    .filter((each) => !isElement(each) || scalarOf(step, each.role) === undefined);
