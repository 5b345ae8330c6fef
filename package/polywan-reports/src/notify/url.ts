/** What is needed of an address to send a message there. */
export interface Url {
	readonly secure: boolean;
	readonly host: string;
	readonly port: number;
	/** With the query; begins with "/". */
	readonly path: string;
	/** "user:password", as it stands in the address. */
	readonly credentials: string | null;
}

/** `http://` and `https://` of RFC 9110, 4.2; null for everything else, also for what could not go into a request's line. */
export function parseUrl(text: string): Url | null {
	const match =
		/^(https?):\/\/(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?([/?][\x21-\x7e]*)?$/.exec(
			text,
		);
	if (match === null) return null;
	const [, scheme, credentials, host = "", port, rest = "/"] = match;
	const secure = scheme === "https";
	const number = port === undefined ? (secure ? 443 : 80) : Number(port);
	if (number < 1 || number > 65535) return null;
	const path = (rest.startsWith("/") ? rest : `/${rest}`).replace(/#.*$/, "");
	return { secure, host: host.replace(/^\[|\]$/g, ""), port: number, path, credentials: credentials ?? null };
}
