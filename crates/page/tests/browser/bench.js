// Measures how long `resolve` takes over loopback, as the page asks it.

import { Agent, request } from "node:http";
import { serve } from "./helper.js";

const { url, stop } = await serve();
const agent = new Agent({ keepAlive: true });
const origin = url.slice(0, -1);

function ask(at) {
  const body = JSON.stringify({ entries: [["instance", `https://tenant${at}.data.eu.nexthink.cloud`], ["client_id", "demo"]] });
  const headers = { origin, "content-type": "application/json", "content-length": body.length };
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const asked = request(`${url}api/resolve`, { method: "POST", agent, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? resolve(performance.now() - start) : reject(new Error(answer.statusCode))));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

for (let i = 0; i < 200; i++) await ask(i);
const times = [];
for (let i = 0; i < 2000; i++) times.push(await ask(i));
times.sort((a, b) => a - b);
const at = (part) => times[Math.floor(times.length * part)].toFixed(2);
console.log(`resolve over loopback, 2000 times: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms, longest ${at(0.9999)} ms`);
await stop();
