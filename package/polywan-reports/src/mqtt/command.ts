/** What a message asks for. */
export type Command =
	| { readonly kind: "uplink"; readonly name: string; readonly action: "up" | "down" | "auto" }
	| { readonly kind: "default_policy"; readonly target: string };

const MOST_BYTES = 128;

/** Topics commands come by, for a subscription. */
export function commandTopics(topic: string): string[] {
	return [`${topic}/uplink/+/set`, `${topic}/default_policy/set`];
}

/** A message as a command; null when it is none. */
export function parseCommand(topic: string, receivedTopic: string, payload: Uint8Array): Command | null {
	if (payload.length > MOST_BYTES || !receivedTopic.startsWith(`${topic}/`)) return null;
	const text = new TextDecoder().decode(payload).trim();
	const [, name] = /^uplink\/([A-Za-z0-9_]+)\/set$/.exec(receivedTopic.slice(topic.length + 1)) ?? [];
	if (name !== undefined)
		return text === "up" || text === "down" || text === "auto"
			? { kind: "uplink", name, action: text }
			: null;
	if (receivedTopic !== `${topic}/default_policy/set` || !/^[A-Za-z0-9_]+$/.test(text)) return null;
	return { kind: "default_policy", target: text };
}
