// Elements, questions to the server, and time. Whatever a component or provider wrote goes into
// the document as text; the one exception is the guide (guide.js).

// Makes an element. Properties that begin with "on" are listeners; `text` is text; those that are
// null or false are left out.
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

let used = 0;
export const freshId = (stem) => `${stem}-${++used}`;

// Says something to those who do not see the page change.
export function announce(text) {
  byId("said").textContent = text;
}

// Moves the focus to something that cannot be tabbed to, and shows it.
export function focusOn(element) {
  if (!element) return;
  if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const lost = (message) => ({ error: { code: "no-answer", message } });

async function read(response) {
  if (!response.ok) return lost(`The server refused: ${await response.text()}`);
  return response.json();
}

export async function get(path) {
  try {
    return await read(await fetch(path, { cache: "no-store", credentials: "omit" }));
  } catch {
    return lost("The server does not answer. Is host-test serve still running?");
  }
}

export async function post(path, question, signal) {
  const headers = { "content-type": "application/json" };
  try {
    const body = JSON.stringify(question);
    return await read(await fetch(path, { method: "POST", headers, body, signal, credentials: "omit" }));
  } catch (error) {
    if (error.name === "AbortError") return null;
    return lost("The server does not answer. Is host-test serve still running?");
  }
}

// Runs something that takes its time, with a bar and a way to give it up, both in `place`. Returns
// what came of it.
export async function job(path, question, place, title) {
  const begun = await post(path, question);
  if (!begun.job) return begun;
  const says = make("p", { class: "doing", text: `${title} …` });
  const bar = make("progress", { "aria-label": title });
  const ask = { job: begun.job };
  let given = null;
  const cancel = make("button", { type: "button", class: "quiet", text: "Cancel" });
  cancel.addEventListener("click", async () => {
    cancel.disabled = true;
    given = await post("/api/cancel", ask);
  });
  // What is over at once needs no bar.
  const shown = setTimeout(() => place.replaceChildren(make("div", { class: "progress" }, says, bar, cancel)), 150);
  try {
    for (;;) {
      const told = given ?? (await post("/api/job", ask));
      if (told.over) return told.over;
      if (told.error) return told;
      const { seconds, progress } = told.running;
      says.textContent = `${progress?.text ?? title} … ${seconds > 1 ? `${seconds} s` : ""}`;
      if (progress?.total > 0) {
        bar.max = progress.total;
        bar.value = progress.done;
      } else {
        bar.removeAttribute("value");
      }
    }
  } finally {
    clearTimeout(shown);
    place.replaceChildren();
  }
}

// Writes a number of seconds as a clock shows it.
export function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

// Counts down in an element for as long as that is in the document, then calls `end`.
export function countdown(element, seconds, end) {
  const until = Date.now() + seconds * 1000;
  element.setAttribute("role", "timer");
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    element.textContent = clock(left);
    if (left === 0) end();
    else setTimeout(() => element.isConnected && tick(), 250);
  };
  tick();
}

export function bytes(number) {
  if (number < 1024) return `${number} bytes`;
  const [size, unit] = number < 1048576 ? [number / 1024, "KiB"] : [number / 1048576, "MiB"];
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`;
}
