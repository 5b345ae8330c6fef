import { buildTunnels } from "polywan/link/build-links";
import { parseInterface } from "polywan/link/netifd";
import { parseEndpoints, parsePeers } from "polywan/tunnel/parse-far-ends";
import type { Uplink } from "polywan-core/config/model";
import { parsePackage } from "uci-parser/parse";
import { expect, test } from "vitest";

test("what wg show prints", () => {
	const key = "q83vEjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0Vng=";
	const lines = ["198.51.100.7:51820", "[2001:db8:0:0::7]:1", "(none)", "[fe80::1%4]:1", "x:1", ""];
	const text = lines.map((end) => `${key}\t${end}\n`).join("");
	expect(parseEndpoints(text)).toEqual(["198.51.100.7", "2001:db8::7"]);
	expect(parseEndpoints("")).toEqual([]);
});

test("peers in the configuration, as far as they are addresses", () => {
	const text = `
config wireguard_wg0
	option endpoint_host '198.51.100.7'
config wireguard_wg0 'office'
	option endpoint_host '[2001:db8::0:7]'
config wireguard_wg0
	option endpoint_host 'vpn.example'
config wireguard_wg0
	option disabled '1'
	option endpoint_host '198.51.100.8'
config wireguard_wg1
	option endpoint_host '198.51.100.9'
config wireguard_wg0
`;
	expect(parsePeers(parsePackage("network", text), "wg0")).toEqual(["198.51.100.7", "2001:db8::7"]);
});

test("which uplinks are tunnels with far ends to be found out", () => {
	const entry = (name: string, proto: string, up = true) =>
		[name, parseInterface({ interface: name, up, proto, l3_device: name })] as const;
	const interfaces = new Map(
		[
			entry("wg0", "wireguard"),
			entry("wg1", "wireguard"),
			entry("wg2", "wireguard", false),
			entry("wan", "dhcp"),
		].flatMap(([name, parsed]) => (parsed === null ? [] : [[name, parsed] as const])),
	);
	const uplink = (name: string, options: Partial<Uplink> = {}) =>
		({
			name,
			enabled: true,
			endpoints: [],
			interfaces: [`${name}_6`, name],
			...options,
		}) as unknown as Uplink;
	const uplinks = [
		uplink("wan"),
		uplink("wg0"),
		uplink("wg1", { endpoints: ["198.51.100.7"] }),
		uplink("wg2"),
		uplink("off", { enabled: false, interfaces: ["wg0"] }),
	];
	expect(buildTunnels(uplinks, interfaces)).toEqual([{ uplink: "wg0", interface: "wg0", device: "wg0" }]);
});
