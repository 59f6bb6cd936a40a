// Hides secrets in what a provider wrote.

const HIDDEN = "•••";
/** Shorter texts occur by chance, in characters. */
const SHORTEST = 8;

/**
 * Returns a function that replaces secrets in a text, in the forms in which they travel, and the
 * beginning of one where the text was cut.
 *
 * @param {string[]} secrets
 * @param {[string, string][]} entries
 * @returns {(text: string) => string}
 */
export function hider(secrets, entries) {
  const base64 = (/** @type {string} */ text) => Buffer.from(text).toString("base64");
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      base64(secret),
      ...entries.map(([, other]) => base64(`${other.trim()}:${secret}`)),
    ])
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const whole = forms.reduce((text, form) => text.replaceAll(form, HIDDEN), text);
    const cut = Math.max(0, ...forms.map((form) => overlap(whole, form)));
    return cut ? whole.slice(0, -cut) + HIDDEN : whole;
  };
}

/**
 * Returns how long a beginning of the secret the text ends with.
 *
 * @param {string} text
 * @param {string} secret
 */
function overlap(text, secret) {
  for (let length = secret.length - 1; length >= SHORTEST; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return length;
  }
  return 0;
}
