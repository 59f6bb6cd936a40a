// Sends requests over the network, to the fake tenant.

import { readFileSync } from "node:fs";
import { Agent, buildConnector, fetch } from "undici";

/** @import { Send } from "./driver.js" */

/**
 * @param {string} address as `127.0.0.1:8443`
 * @param {string} ca path of the certificate to trust
 * @returns {Send}
 */
export function sender(address, ca) {
  const [hostname = "", port = ""] = address.split(":");
  const connector = buildConnector({ ca: readFileSync(ca) });
  const dispatcher = new Agent({ connect: (options, done) => connector({ ...options, hostname, port }, done) });
  return async ({ method, url, headers, body, timeout }) => {
    const signal = AbortSignal.timeout(timeout * 1000);
    const given = body.length > 0 ? body : null;
    const answer = await fetch(url, { method, headers, body: given, redirect: "manual", signal, dispatcher });
    const kept = [...answer.headers].filter(([name]) => !["content-encoding", "content-length"].includes(name));
    const receivedAt = BigInt(Math.floor(Date.now() / 1000));
    return { status: answer.status, headers: kept, body: new Uint8Array(await answer.arrayBuffer()), receivedAt };
  };
}
