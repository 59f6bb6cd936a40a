// The guide: its steps, the one in view, and the fields of each.

import { byId, focusOn, make } from "./dom.js";

// HTML that the server made of the component's CommonMark, without any HTML in it.
const policy = window.trustedTypes?.createPolicy("guide", { createHTML: (html) => html });

function formatted(html) {
  const holder = make("div", { class: "text" });
  holder.innerHTML = policy ? policy.createHTML(html) : html;
  for (const link of holder.querySelectorAll("a")) link.append(make("span", { class: "unseen", text: " (opens in a new tab)" }));
  return holder;
}

let marks = new Map();

// Marks one step as the current one.
export function mark(id) {
  for (const [step, { section, link }] of marks) {
    section.classList.toggle("current", step === id);
    if (step === id) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }
}

// Makes a link from a field to its step.
export function stepLink(definition, id) {
  const at = definition.guide.findIndex((step) => step.id === id);
  if (at < 0) return null;
  const go = (event) => {
    event.preventDefault();
    focusOn(byId(`step-${at}`).querySelector("h3"));
    byId(`step-${at}`).scrollIntoView({ block: "nearest" });
    mark(id);
  };
  return make("a", { href: `#step-${at}`, onclick: go, text: `Step ${at + 1}`, "aria-label": `Step ${at + 1}: ${definition.guide[at].title}` });
}

export function draw(definition) {
  const { guide, fields, prerequisites, links } = definition;
  const before = byId("before");
  if (prerequisites.length > 0) {
    before.append(make("h3", { text: "Before you start" }));
    before.append(make("ul", { class: "before" }, prerequisites.map((text) => make("li", { text }))));
  }
  const list = make("ol");
  guide.forEach((step, at) => {
    const asked = fields.filter((field) => field["guide-step"] === step.id);
    const title = make("h3", { id: `step-title-${at}`, tabindex: "-1" },
      make("span", { class: "number", text: String(at + 1), "aria-hidden": "true" }), make("span", { text: step.title }));
    const toFields = asked.length === 0 ? null : make("p", { class: "for" }, "Fill in: ", asked.map((field) => make("a", {
      href: `#field-${fields.indexOf(field)}`,
      text: field.label,
      onclick: (event) => {
        event.preventDefault();
        focusOn(byId(`field-${fields.indexOf(field)}`));
      },
    })));
    const section = make("section", { class: "step", id: `step-${at}`, "aria-labelledby": `step-title-${at}` },
      title, formatted(step.html), toFields);
    const go = (event) => {
      event.preventDefault();
      section.scrollIntoView({ block: "start" });
      title.focus({ preventScroll: true });
      mark(step.id);
    };
    const link = make("a", { href: `#step-${at}`, onclick: go, text: step.title });
    marks.set(step.id, { section, link });
    list.append(make("li", {}, link));
    byId("guide").append(section);
  });
  if (guide.length > 1) byId("steps").append(list);
  if (links.length > 0) {
    const words = new Map([["guide", "The provider's guide"], ["api", "Documentation of the API"], ["source", "Source of this connector"]]);
    byId("guide").append(make("p", { class: "links" }, links.map((link) => make("a", {
      href: link.url, target: "_blank", rel: "noopener noreferrer", text: words.get(link.relation) ?? link.relation,
    }, make("span", { class: "unseen", text: " (opens in a new tab)" })))));
  }
  if (guide.length > 0) watch(guide);
}

// Follows what is in view: the last step that begins above the upper third of the window.
function watch(guide) {
  let waiting = false;
  const look = () => {
    waiting = false;
    const line = innerHeight / 3;
    const begun = guide.filter((step) => marks.get(step.id).section.getBoundingClientRect().top < line);
    mark((begun.at(-1) ?? guide[0]).id);
  };
  addEventListener("scroll", () => {
    if (!waiting) requestAnimationFrame(look);
    waiting = true;
  }, { passive: true });
  look();
}
