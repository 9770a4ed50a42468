// What people type over a column, as a part of a condition (docs: guides/tables.md):
// "> 100", "5..10", "= B2", or just letters that the text contains.

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const COMPARED = new RegExp(String.raw`^(<=|>=|!=|==|=|<|>)?\s*(${NUMBER})$`);
const BETWEEN = new RegExp(String.raw`^(${NUMBER})\s*(?:\.\.|…)\s*(${NUMBER})$`);
const TRUTHS = { true: "True", yes: "True", 1: "True", false: "False", no: "False", 0: "False" };

/** What to type, in a few words. */
export const HINTS = {
  whole: "> 10, 5..9",
  number: "> 1.5, 0..1",
  text: "contains",
  truth: "true, false",
};

function quoted(text) {
  const safe = text.replace(/\\/g, "\\\\").replace(/'/g, "\\'").replace(/\n/g, "\\n");
  return `'${safe}'`;
}

function numeric(name, text) {
  const between = BETWEEN.exec(text);
  if (between) {
    return `((${name} >= ${between[1]}) & (${name} <= ${between[2]}))`;
  }
  const compared = COMPARED.exec(text);
  if (!compared) {
    return null;
  }
  const sign = { "=": "==", undefined: "==" }[compared[1]] ?? compared[1];
  return `(${name} ${sign} ${compared[2]})`;
}

function textual(name, text) {
  const exact = /^(!=|==?)\s*(.*)$/s.exec(text);
  if (exact) {
    return `(${name} ${exact[1] === "!=" ? "!=" : "=="} ${quoted(exact[2])})`;
  }
  return `contains(${name}, ${quoted(text)})`;
}

/**
 * Write the condition of one column.
 *
 * @param {{name: string, shape: string}} column
 * @param {string} text What was typed.
 * @returns {?string} `null` where it cannot be understood.
 */
export function conditionOf({ name, shape }, text) {
  const called = `\`${name}\``;
  switch (shape) {
    case "text":
      return textual(called, text);
    case "truth": {
      const truth = TRUTHS[text.toLowerCase()];
      return truth ? `(${called} == ${truth})` : null;
    }
    default:
      return numeric(called, text);
  }
}
