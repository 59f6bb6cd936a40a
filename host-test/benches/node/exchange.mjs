// An exchange as a platform in Node makes it, as often as each line says. Nothing is sent.

import { createInterface } from "node:readline";
import * as client from "openid-client";

const body = process.argv[2];
const server = { issuer: "https://acme-login.eu.nexthink.cloud", token_endpoint: "https://acme-login.eu.nexthink.cloud/oauth2/default/v1/token" };
const secret = "made-up-secret-of-40-characters-1234567890";
const headers = { "content-type": "application/json" };
const answer = async () => new Response(body, { status: 200, headers });

async function exchange() {
  const config = new client.Configuration(server, "0oa1b2c3d4e5f6g7h8i9", { client_secret: secret }, client.ClientSecretBasic(secret));
  config[client.customFetch] = answer;
  const token = await client.clientCredentialsGrant(config, { scope: "service:integration" });
  return token.expires_in;
}

for await (const line of createInterface({ input: process.stdin })) {
  const times = Number(line);
  const start = process.hrtime.bigint();
  for (let i = 0; i < times; i++) if ((await exchange()) !== 900) throw new Error("no token");
  console.log(String(process.hrtime.bigint() - start));
}
