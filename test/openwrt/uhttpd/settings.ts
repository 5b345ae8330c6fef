import { parseArgs } from "node:util";

export interface Listener {
	host: string;
	port: number;
}

export interface Settings {
	docroot: string;
	listeners: readonly Listener[];
	indexes: readonly string[];
	/** null: no JSON-RPC. */
	ubusPrefix: string | null;
	ubusSocket: string | undefined;
	/** Session checks are left out. */
	unchecked: boolean;
	cgiPrefix: string;
	noDirectoryLists: boolean;
	scriptTimeoutMs: number;
	keepAliveMs: number;
}

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;

const used = {
	p: { ...texts, short: "p" },
	h: { ...text, short: "h" },
	u: { ...text, short: "u" },
	U: { ...text, short: "U" },
	a: { ...flag, short: "a" },
	x: { ...text, short: "x" },
	D: { ...flag, short: "D" },
	I: { ...texts, short: "I" },
	t: { ...text, short: "t" },
	k: { ...text, short: "k" },
};

/** Options of uhttpd the lab has no use for: taken and forgotten. */
const ignored = Object.fromEntries([
	...[..."fSRXq"].map((short) => [short, { ...flag, short }] as const),
	...[..."cCKPsEbnNyiTAredlLoO"].map((short) => [short, { ...texts, short }] as const),
]);

/** Reads uhttpd's command line. Throws on what it does not know. */
export function parseSettings(argv: string[]): Settings {
	const { values } = parseArgs({ args: argv, options: { ...ignored, ...used } as typeof used });
	const listeners = (values.p ?? []).map(parseListener);
	if (listeners.length === 0) throw new Error("no sockets bound: give -p [addr:]port");
	return {
		docroot: values.h ?? ".",
		listeners,
		indexes: [...(values.I ?? []), "index.html", "index.htm", "default.html", "default.htm"],
		ubusPrefix: values.u ?? null,
		ubusSocket: values.U,
		unchecked: values.a ?? false,
		cgiPrefix: values.x ?? "/cgi-bin",
		noDirectoryLists: values.D ?? false,
		scriptTimeoutMs: Number(values.t ?? 60) * 1000,
		keepAliveMs: Number(values.k ?? 20) * 1000,
	};
}

/** "80", "0.0.0.0:80", "[::]:80" */
function parseListener(text: string): Listener {
	const match = /^(?:\[([^\]]*)\]:|([^:]*):)?(\d+)$/.exec(text);
	if (match === null)
		throw new Error(`-p ${text}: an address and a port are needed, as in 0.0.0.0:80 or [::]:80`);
	return { host: match[1] ?? match[2] ?? "0.0.0.0", port: Number(match[3]) };
}
