import { familyOf, parseAddress } from "../address.ts";
import type { Draft, KnownOptions } from "./draft.ts";
import type { SourceSection } from "./source-section.ts";

/** One of mwan3's methods: what polywan calls it, and how a single target is written where the method cannot be set. */
interface Method {
	readonly name: string;
	/** Null: plain addresses, asked by the option. */
	readonly target: ((host: string) => string) | null;
	/** What is different from mwan3; null: nothing to speak of. */
	readonly differs: string | null;
}

const HTTP: Method = { name: "http", target: (host) => `http://${bracketed(host)}/`, differs: null };
const ARP: Method = {
	name: "arp",
	target: (host) => (host.includes(":") ? `nd://[${host}]` : `arp://${host}`),
	differs: null,
};
const PING: Method = { name: "ping", target: null, differs: null };

const METHODS: Readonly<Record<string, Method>> = {
	ping: PING,
	"nping-icmp": PING,
	arping: ARP,
	"nping-arp": ARP,
	httping: HTTP,
	"nping-tcp": {
		name: "tcp",
		target: null,
		differs: "connections go to port 53, which public resolvers have open",
	},
	nslookup: { name: "dns", target: null, differs: null },
};

/** mwan3 looks at no certificate, and its addresses often have none of their own. */
const HTTPS: Method = {
	name: "https",
	target: (host) => `https://${bracketed(host)}/#insecure`,
	differs: null,
};

/** track_ip, track_method, httping_ssl and track_gateway: what is probed, and how. */
export function convertTracking(source: SourceSection, draft: Draft, known: KnownOptions): void {
	const method = convertMethod(source, draft, known);
	convertTargets(source, draft, known, method);
	convertGateway(source, draft);
	if (draft.list("target").length > 0) return;
	if (source.has("track_ip"))
		source.say("changed", "none of its addresses can be probed; public resolvers are");
	else {
		draft.set("probing", "off");
		source.say("kept", "option probing 'off': it had no addresses to test");
	}
}

/** The method that targets are written for. */
function convertMethod(source: SourceSection, draft: Draft, known: KnownOptions): Method {
	const written = source.text("track_method") ?? "ping";
	if (written === "httping" && source.isOn("httping_ssl"))
		return say(source, HTTPS, "list target with https://, any certificate will do");
	source.kept("httping_ssl", "the default");
	const method = METHODS[written];
	if (method === undefined) {
		source.lost("track_method", "polywan cannot probe this way; pings are sent");
		return PING;
	}
	if (method === PING) return say(source, method, "the default");
	const isSet = method !== ARP && known.find("uplink", "method") !== null && draft.add("method", method.name);
	if (isSet) return say(source, method, `list method '${method.name}'`);
	const { target } = method;
	if (target !== null && known.accepts("uplink", "target", target("192.0.2.1")))
		return say(source, method, `list target with ${method.name}://`);
	source.lost("track_method", "polywan cannot probe this way; pings are sent");
	return PING;
}

function say(source: SourceSection, method: Method, message: string): Method {
	for (const option of ["track_method", "httping_ssl"]) {
		if (method.differs === null) source.kept(option, message);
		else source.changed(option, `${message}; ${method.differs}`);
	}
	return method;
}

function convertTargets(source: SourceSection, draft: Draft, known: KnownOptions, method: Method): void {
	const wanted = source.text("family") === "ipv6" ? 6 : 4;
	const isByOption = draft.list("method").length > 0;
	for (const host of source.words("track_ip")) {
		const isAddress = parseAddress(host) !== null;
		// A name can be asked for a page only, and then the target has to say so.
		const text = method.target !== null && !(isByOption && isAddress) ? method.target(host) : host;
		if (isAddress && familyOf(host) !== wanted)
			source.lost("track_ip", "its IP version is not the one of the interface", host);
		else if (known.accepts("uplink", "target", text) && draft.add("target", text))
			source.kept("track_ip", text === host ? "list target" : `list target '${text}'`, host);
		else source.lost("track_ip", `${method.name} probes go to addresses, and this is none`, host);
	}
	source.seen("track_ip");
}

function convertGateway(source: SourceSection, draft: Draft): void {
	if (!source.isOn("track_gateway")) source.kept("track_gateway", "the default");
	else if (draft.add("target", "gateway")) source.kept("track_gateway", "list target 'gateway'");
	else
		source.lost(
			"track_gateway",
			"the gateway cannot be a target; its neighbour entry is watched all the same",
		);
}

function bracketed(host: string): string {
	return host.includes(":") ? `[${host}]` : host;
}
