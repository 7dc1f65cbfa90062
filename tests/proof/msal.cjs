// What Microsoft's own library does with the endpoint of the simulator.
// msal.cjs JSON: {authority, flow, clientId, secret?, key?, thumbprint?,
// scopes, refreshToken?}; one JSON object comes out, and for a device code
// {"userCode": …} on a line before it. MSAL_DIR holds node_modules.
const path = require("path");
const fs = require("fs");
const crypto = require("crypto");
const msal = require(path.join(process.env.MSAL_DIR, "node_modules",
    "@azure/msal-node"));

const how = JSON.parse(process.argv[2]);
const at = how.authority;
const auth = {
	clientId: how.clientId,
	authority: at,
	knownAuthorities: [new URL(at).host],
	authorityMetadata: JSON.stringify({
		token_endpoint: at + "/oauth2/v2.0/token",
		device_authorization_endpoint: at + "/oauth2/v2.0/devicecode",
		authorization_endpoint: at + "/oauth2/v2.0/authorize",
		issuer: at + "/v2.0",
		jwks_uri: at + "/discovery/v2.0/keys",
	}),
};
if (how.secret)
	auth.clientSecret = how.secret;
if (how.key)
	auth.clientCertificate = {
		thumbprintSha256: how.thumbprint,
		privateKey: fs.readFileSync(how.key, "utf8"),
	};

async function run() {
	if (how.flow === "client")
		return new msal.ConfidentialClientApplication({ auth })
		    .acquireTokenByClientCredential({ scopes: how.scopes });
	const client = new msal.PublicClientApplication({ auth });
	if (how.flow === "refresh")
		return client.acquireTokenByRefreshToken({
			scopes: how.scopes, refreshToken: how.refreshToken });
	const result = await client.acquireTokenByDeviceCode({
		scopes: how.scopes,
		deviceCodeCallback: (r) => console.log(
		    JSON.stringify({ userCode: r.userCode })),
	});
	const cache = JSON.parse(client.getTokenCache().serialize());
	result.refreshToken = Object.values(cache.RefreshToken)[0].secret;
	return result;
}

run().then((r) => console.log(JSON.stringify({
	accessToken: r.accessToken, refreshToken: r.refreshToken,
	user: r.account && r.account.username })),
    (e) => console.log(JSON.stringify({ error: String(e.errorCode || e),
	message: String(e.message) }))).then(() => process.exit(0));
