// oidc-provider, a certified authorization server, under Entra's paths.
// oidc.mjs JSON: {cert, key, appCert, secret, clientSecret, clientCert,
// clientDevice, tenant, audience}. Lines of JSON come out: {"ready": PORT}, then
// one for each request, as the provider judged it. GET /approve?user_code=... is
// the person who types the code in. A refresh token is good once: one that is
// used again ends the login.
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
const delegated = how.audience + "/EWS.AccessAsUser.All";
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
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
			client(how.clientDevice, "none",
			    { grant_types: [deviceGrant, "refresh_token"] }),
		],
		enabledJWA: { clientAuthSigningAlgValues: ["PS256", "RS256"] },
		scopes: [scope, delegated, "openid", "profile",
			"offline_access"],
		rotateRefreshToken: true,
		issueRefreshToken: async () => true,
		findAccount: async (ctx, id) => ({ accountId: id,
			claims: async () => ({ sub: id,
				preferred_username: id }) }),
		claims: { profile: ["preferred_username"] },
		conformIdTokenClaims: false,
		features: {
			clientCredentials: { enabled: true },
			deviceFlow: { enabled: true },
			devInteractions: { enabled: false },
			resourceIndicators: {
				enabled: true,
				defaultResource: () => how.audience,
				useGrantedResource: () => true,
				getResourceServerInfo: () => ({
					scope: `${scope} ${delegated}`,
					audience: how.audience,
					accessTokenTTL: 3599, accessTokenFormat: "jwt",
					jwt: { sign: { alg: "RS256" } } }),
			},
		},
		routes: { token: `/${how.tenant}/oauth2/v2.0/token`,
			device_authorization:
			    `/${how.tenant}/oauth2/v2.0/devicecode` },
		jwks: { keys: [{ ...await jose.exportJWK(own.privateKey),
			use: "sig", alg: "RS256", kid: "k" }] },
		cookies: { keys: ["x"] },
	});
	const approve = async (userCode, who) => {
		const code = await provider.DeviceCode.findByUserCode(
			userCode.replaceAll("-", ""));
		const grant = new provider.Grant({ accountId: who,
			clientId: code.clientId });
		grant.addOIDCScope("openid profile offline_access");
		grant.addResourceScope(how.audience, delegated);
		code.accountId = who;
		code.grantId = await grant.save();
		code.scope = code.params.scope;
		code.resource = how.audience;
		code.claims = {};
		code.authTime = Math.floor(Date.now() / 1000);
		await code.save();
	};
	provider.on("grant.success", (ctx) => say({ ok: true,
		client: ctx.oidc.params.client_id,
		grant: ctx.oidc.params.grant_type,
		header: ctx.oidc.params.client_assertion &&
		    jose.decodeProtectedHeader(
			ctx.oidc.params.client_assertion) }));
	provider.on("grant.error", (ctx, e) => say({ ok: false,
		error: e.error, detail: e.error_detail || e.error_description }));
	provider.on("server_error", (ctx, e) => say({ ok: false,
		error: String(e) }));
	const others = provider.callback();
	server.on("request", (request, answer) => {
		const url = new URL(request.url, "https://localhost");
		if (url.pathname !== "/approve")
			return others(request, answer);
		approve(url.searchParams.get("user_code"),
		    url.searchParams.get("who")).then(
			() => answer.end("ok"),
			(e) => { answer.statusCode = 500; answer.end(String(e)); });
	});
	say({ ready: port });
});
