// oauth2-mock-server as a token endpoint that misbehaves.
// mock.mjs JSON: {cert, key, tenant, status, body, aud}. Each answer has that
// status and body (null: as it comes; a number: with a token so long) until
// SIGUSR2, and is well from then on.
// Lines of JSON come out: {"ready": PORT}, {"well": true}, and one for each
// request.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_DIR, "x.js"));
const { OAuth2Server } = await import(
    pathToFileURL(require.resolve("oauth2-mock-server")));

const how = JSON.parse(process.argv[2]);
const say = (o) => console.log(JSON.stringify(o));
let ill = true;
const server = new OAuth2Server(how.key, how.cert, { endpoints: {
	token: `/${how.tenant}/oauth2/v2.0/token` } });

await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
	token.payload.aud = how.aud;
});
server.service.on("beforeResponse", (answer, request) => {
	say({ grant: request.body.grant_type });
	if (!ill)
		return;
	if (how.status !== null)
		answer.statusCode = how.status;
	if (typeof how.body === "number")
		answer.body.access_token = "x".repeat(how.body);
	else if (how.body !== null)
		answer.body = how.body;
});
process.on("SIGUSR2", () => {
	ill = false;
	say({ well: true });
});
await server.start(0, "localhost");
say({ ready: server.address().port });
