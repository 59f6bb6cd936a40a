// Elements, requests to the server, and time. Whatever a component or provider wrote goes into
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

// Announces a change to those who do not see the page.
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

const unreachable = () => lost("The server does not answer. Check that it is still running.");

const refused = async (response) => lost(`The server refused the request: ${await response.text()}`);

const asking = (question, signal) => ({
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(question), signal, credentials: "omit",
});

async function ask(path, options) {
  try {
    const response = await fetch(path, options);
    return response.ok ? await response.json() : await refused(response);
  } catch (error) {
    return error.name === "AbortError" ? null : unreachable();
  }
}

export const get = (path) => ask(path, { cache: "no-store", credentials: "omit" });

// Asks for one answer; null when it was aborted.
export const post = (path, question, signal) => ask(path, asking(question, signal));

// Asks for something that takes its time, with a progress bar and a button to cancel it, both in
// `place`. The server answers in lines of JSON: progress any number of times, then the result, which
// is returned. Where a person signs in at the provider, `signIn` makes what shows the way there. Closing
// the connection is what cancels.
export async function stream(path, question, place, title, signIn) {
  const control = new AbortController();
  const started = Date.now();
  let latest = null;
  const doing = make("p", { class: "doing" });
  const bar = make("progress", { "aria-label": title });
  const cancel = make("button", { type: "button", class: "quiet", text: "Cancel", onclick: () => control.abort() });
  const draw = () => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    doing.textContent = `${latest?.text ?? title} … ${seconds > 1 ? `${seconds} s` : ""}`;
    if (latest?.total > 0) {
      bar.max = latest.total;
      bar.value = latest.done;
    } else {
      bar.removeAttribute("value");
    }
  };
  draw();
  // What is over at once needs no bar.
  const shown = setTimeout(() => place.replaceChildren(make("div", { class: "progress" }, doing, bar, cancel)), 150);
  const clock = setInterval(draw, 1000);
  try {
    const response = await fetch(path, asking(question, control.signal));
    if (!response.ok) return await refused(response);
    for await (const line of lines(response.body)) {
      if (line["sign-in"]) {
        clearTimeout(shown);
        place.replaceChildren(signIn(line["sign-in"].url), make("div", { class: "progress" }, doing, bar, cancel));
      } else if (line.progress) {
        latest = line.progress;
        draw();
      } else {
        return line;
      }
    }
    return lost("The server closed the connection before there was a result.");
  } catch (error) {
    return error.name === "AbortError" ? { error: { code: "cancelled", message: "Cancelled." } } : unreachable();
  } finally {
    clearTimeout(shown);
    clearInterval(clock);
    place.replaceChildren();
  }
}

// Reads values of JSON, one a line.
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts.map((part) => JSON.parse(part));
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
