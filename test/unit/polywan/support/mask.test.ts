import { Mask } from "polywan/support/mask";
import { parsePackage } from "uci-parser/parse";
import { expect, test } from "vitest";

const wireGuardKey = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

test("a configuration keeps what is no secret", () => {
	const text = `config interface 'wan'
	option proto 'pppoe'
	option username 'me@isp' # not for you
	option password 'it'\\''s me'
	option metric '10'
	list dns '192.0.2.1'

config wireguard_vpn
	option public_key '${wireGuardKey}'
	option endpoint_host 'vpn.example.com'
	list pin '1234'
`;
	expect(new Mask().renderPackage(parsePackage("network", text))).toBe(`config interface 'wan'
	option proto 'pppoe'
	option username '***'
	option password '***'
	option metric '10'
	list dns '192.0.2.1'

config wireguard_vpn
	option public_key '***'
	option endpoint_host 'vpn.example.com'
	list pin '***'`);
});

test("a file of secrets shows that they are there, and nothing else", () => {
	const pkg = parsePackage(
		"polywan_secrets",
		"config secret 'hook'\n\toption whatever 'abcdef'\n\tlist more 'x'\n",
	);
	expect(new Mask().renderPackage(pkg)).toBe(
		"config secret 'hook'\n\toption whatever '***'\n\tlist more '***'",
	);
});

test("learned secrets are masked wherever they are told, in whatever form", () => {
	const mask = new Mask();
	const secret = 'pa"ss wörd/1';
	mask.learn(
		parsePackage(
			"polywan_secrets",
			`config secret 'a'\n\toption password '${secret}'\n\toption url 'https://h.example/T0/B0/xyz'\n`,
		),
	);
	mask.learn(parsePackage("wireless", "config wifi-iface\n\toption key 'hunter22'\n\toption ssid 'house'\n"));
	for (const form of [
		secret,
		JSON.stringify(secret),
		encodeURIComponent(secret),
		"hunter22hunter22",
		"/T0/B0/xyz",
	]) {
		const masked = mask.render(`x ${form} y`);
		expect(masked).toContain("***");
		for (const part of ["ss w", "ss%20w", "hunter22", "B0/xyz"]) expect(masked).not.toContain(part);
	}
	expect(mask.render("ssid house is up")).toBe("ssid house is up");
});

test.each([
	[`peer: ${wireGuardKey}`, "peer: ***"],
	["-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nend", "***\nend"],
	["get https://me:pw@h.example/a?token=1&b=2 now", "get https://***@h.example/a?*** now"],
	["Authorization: Bearer abcdefgh1234", "Authorization: Bearer ***"],
	['{"password": "short", "x": 1}', '{"password": "***", "x": 1}'],
	["pppd: password=abc, user", "pppd: password=***, user"],
])("%s looks like one", (text, masked) => {
	expect(new Mask().render(text)).toBe(masked);
});

test.each([
	"ip saddr 192.168.1.0/24 ct mark set 0x1000000",
	"100.64.1.1 dev eth1 lladdr 02:00:00:00:00:01 REACHABLE",
	"polywan_mark 0xff000000/0xff000000",
	"sha256 0123456789abcdef0123456789abcdef",
])("%s does not", (text) => {
	expect(new Mask().render(text)).toBe(text);
});
