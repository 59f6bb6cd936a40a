// From entries to a connection.

import { FIELDS, NAME, SITES } from "./definition.js";

/** Removes what people paste along; `trim` leaves U+0085. */
export const trim = (text) => text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, "");

export const problem = (field, code, message, hint) => ({ field, code, message, hint });

/** Returns the value of a field: `undefined` when it is missing, `null` when it is there twice. */
export function fieldValue(entries, key) {
  const values = entries.filter(([name]) => name === key).map(([, value]) => trim(value));
  return values.length > 1 ? null : values[0] || undefined;
}

/** Normalises and validates the entries so far. Secrets are left to `authorize`. Throws every problem at once. */
export function resolve(entries) {
  const known = FIELDS.map(({ key }) => key);
  const unknown = new Set(entries.map(([key]) => key).filter((key) => !known.includes(key)));
  const hint = `The fields are ${known.slice(0, -1).join(", ")} and ${known.at(-1)}.`;
  const problems = [...unknown].map((key) => problem(key, "unknown-field", "This form has no such field.", hint));
  for (const { key, label } of FIELDS) {
    if (fieldValue(entries, key) === null) {
      problems.push(problem(key, "contradiction", `${label} was entered more than once.`, "Enter it once."));
    }
  }
  const given = fieldValue(entries, "site");
  const site = given && SITES.find(({ value }) => value === given.toLowerCase());
  if (given === undefined) {
    problems.push(problem("site", "required", "Site is missing.", "Choose one of the options."));
  } else if (given !== null && !site) {
    const options = SITES.map(({ value }) => value).join(", ");
    problems.push(problem("site", "not-an-option", "Site is none of the options.", `The options are ${options}.`));
  }
  if (problems.length > 0) throw problems;
  return {
    // What identifies the organization is a secret, which has no place in a connection.
    key: "",
    label: `${NAME} ${site.label}`,
    settings: [["site", site.value]],
    baseUrl: `https://api.${site.value}`,
    notes: [],
  };
}
