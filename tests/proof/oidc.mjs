// oidc-provider, a certified authorization server, under Entra's paths.
// oidc.mjs JSON: {cert, key, appCert, secret, clientSecret, clientCert,
// tenant, audience}. Lines of JSON come out: {"ready": PORT}, then one for
// each request, as the provider judged it.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import crypto from "node:crypto";
import fs from "node:fs";
import https from "node:https";
import path from "node:path";

const require = createRequire(path.join(process.env.NODE_DIR, "x.js"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { Provider } = await load("oidc-provider");
const jose = await load("jose");

const how = JSON.parse(process.argv[2]);
const say = (o) => console.log(JSON.stringify(o));
const certificate = new crypto.X509Certificate(fs.readFileSync(how.appCert));
const scope = how.audience + "/.default";
const client = (id, method, more) => ({
	client_id: id, grant_types: ["client_credentials"], redirect_uris: [],
	response_types: [], token_endpoint_auth_method: method, ...more });
const server = https.createServer({
	key: fs.readFileSync(how.key), cert: fs.readFileSync(how.cert) });

server.listen(0, "127.0.0.1", async () => {
	const port = server.address().port;
	const own = await jose.generateKeyPair("RS256", { extractable: true });
	const provider = new Provider(`https://localhost:${port}`, {
		clients: [
			client(how.clientSecret, "client_secret_post",
			    { client_secret: how.secret }),
			client(how.clientCert, "private_key_jwt", { jwks: { keys: [
				{ ...await jose.exportJWK(certificate.publicKey),
				  use: "sig" }] } }),
		],
		enabledJWA: { clientAuthSigningAlgValues: ["PS256", "RS256"] },
		scopes: [scope],
		features: {
			clientCredentials: { enabled: true },
			devInteractions: { enabled: false },
			resourceIndicators: {
				enabled: true,
				defaultResource: () => how.audience,
				getResourceServerInfo: () => ({
					scope, audience: how.audience,
					accessTokenTTL: 3599, accessTokenFormat: "jwt",
					jwt: { sign: { alg: "RS256" } } }),
			},
		},
		routes: { token: `/${how.tenant}/oauth2/v2.0/token` },
		jwks: { keys: [{ ...await jose.exportJWK(own.privateKey),
			use: "sig", alg: "RS256", kid: "k" }] },
		cookies: { keys: ["x"] },
	});
	provider.on("grant.success", (ctx) => say({ ok: true,
		client: ctx.oidc.params.client_id,
		header: ctx.oidc.params.client_assertion &&
		    jose.decodeProtectedHeader(
			ctx.oidc.params.client_assertion) }));
	provider.on("grant.error", (ctx, e) => say({ ok: false,
		error: e.error, detail: e.error_detail || e.error_description }));
	provider.on("server_error", (ctx, e) => say({ ok: false,
		error: String(e) }));
	server.on("request", provider.callback());
	say({ ready: port });
});
