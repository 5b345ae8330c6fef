import { signal } from "@preact/signals";

/** What is asked, as typed. */
export interface Question {
	readonly source: string;
	readonly destination: string;
	readonly protocol: string;
	readonly port: string;
	/** What is told of it besides, by the names of the daemon's method. */
	readonly more: Readonly<Partial<Record<More, string>>>;
}

export type More = "source_port" | "in" | "mac" | "icmp_type" | "dscp" | "mark" | "user" | "group";

export interface Said {
	/** In the language of the moment. */
	readonly text: string;
	/** Nothing that was not said can change it. */
	readonly isSure: boolean;
}

/** What the answer says of a rule, to be marked in the list of rules; null: nothing. */
export const saidOf = signal<(rule: string) => Said | null>(() => null);
/** What was asked last, kept while other pages are looked at. */
export const question = signal<Question>({
	source: "",
	destination: "",
	protocol: "",
	port: "",
	more: {},
});

/** What may be told of such a connection: the router's own has a user, others come in by something. */
export function listMore({ source, protocol }: Pick<Question, "source" | "protocol">): readonly More[] {
	const isOwn = source.trim() === "";
	return [
		...(isOwn ? [] : (["in", "mac"] as const)),
		...(protocol === "icmp" ? (["icmp_type"] as const) : (["source_port"] as const)),
		"dscp",
		"mark",
		...(isOwn ? (["user", "group"] as const) : []),
	];
}

/** Arguments of the daemon's method `why`. */
export function buildArgs(asked: Question): Record<string, string> {
	const { source, destination, protocol, port, more } = asked;
	const given = {
		source: source.trim() || "router",
		destination: destination.trim(),
		protocol,
		port: protocol === "icmp" ? "" : port.trim(),
		...Object.fromEntries(listMore(asked).map((name) => [name, more[name]?.trim() ?? ""])),
	};
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}
