import { readFileSync } from "node:fs";
import { parsePackage } from "uci-parser/parse";
import { describe, expect, test } from "vitest";
import { renderReportsHelp } from "../../../package/polywan-reports/src/config/help.ts";
import { isAnythingWanted } from "../../../package/polywan-reports/src/config/model.ts";
import { parseReports } from "../../../package/polywan-reports/src/config/parse.ts";

function parse(reports: string, secrets = "") {
	return parseReports(
		parsePackage("polywan_reports", reports),
		parsePackage("polywan_secrets", secrets),
		"router",
	);
}

const messages = (of: ReturnType<typeof parse>) =>
	of.problems.map(({ config, section, option, message }) => [config, section, option, message].join(" "));

describe("/etc/config/polywan_reports", () => {
	test("what is shipped switches nothing on and has no problem", () => {
		const read = (name: string) => readFileSync(`rootfs-overlay/etc/config/${name}`, "utf8");
		const model = parse(read("polywan_reports"), read("polywan_secrets"));
		expect(isAnythingWanted(model)).toBe(false);
		expect(model.problems).toEqual([]);
		expect(model.metrics).toEqual({ networks: [], token: null });
	});

	test("a broker with its password from the other file", () => {
		const { mqtt, problems } = parse(
			"config mqtt 'mqtt'\n\toption enabled '1'\n\toption host 'broker.lan'\n\toption version '5'\n",
			"config secret 'mqtt'\n\toption password 'x y'\n",
		);
		expect(problems).toEqual([]);
		expect(mqtt).toMatchObject({
			host: "broker.lan",
			port: 1883,
			protocolVersion: 5,
			password: "x y",
			topic: "polywan/router",
			clientId: "polywan-router",
			commands: false,
		});
	});

	test("a secret that is misspelt, or in the wrong file, is shown to nobody", () => {
		const { problems } = parse(
			"config mqtt 'mqtt'\n\toption password 'opens all'\n",
			"config secret 'mqtt'\n\toption passwort 'opens all'\n",
		);
		expect(problems.map(({ option }) => option)).toEqual(expect.arrayContaining(["password", "passwort"]));
		expect(JSON.stringify(problems)).not.toContain("opens all");
	});

	test("what is wrong is a problem of its option and leaves that part out", () => {
		const model = parse(`
config mqtt 'mqtt'
	option enabled '1'
	option host 'a'
	option topic 'a/#'
	option tls '1'
	option key '/etc/key'
config notify 'a'
	option type 'webhook'
	option url 'ftp://x'
config notify 'b'
	option type 'mail'
	option server 'mail'
	option from 'nobody'
	list to 'me@example.org'
config notify 'c'
	option type 'script'
	option program 'relative'
config notify 'd'
	option type 'webhook'
	option url 'http://x/'
	option template '{"a":'
config plugin 'e'
	option program '../../bin/sh'
config history 'history'
	option enabled '1'
	option folder '/tmp/x"; .shell reboot'
config mqqt
`);
		expect(model.mqtt).toMatchObject({ topic: "polywan/router", port: 8883, tls: { own: null } });
		expect(model.notifiers).toEqual([]);
		expect(model.plugins).toEqual([]);
		expect(model.history?.folder).toBe("/tmp/polywan-history");
		const told = messages(model).join("\n");
		for (const wanted of [
			"mqtt topic must be a topic",
			"mqtt certificate is missing",
			"a url must be an address",
			"b from must be a mail address",
			"c program must be the absolute path",
			"d template must be JSON",
			"e program must be the name of a file",
			"history folder must be an absolute path",
			"section type 'mqqt' is not known (did you mean 'mqtt'?)",
		])
			expect(told).toContain(wanted);
	});

	test("encryption: of the broker by its address or by option, of mail by its port", () => {
		const mqtt = (options: string) => parse(`config mqtt\n\toption enabled '1'\n${options}`).mqtt;
		expect(mqtt("\toption host 'b'\n")).toMatchObject({ host: "b", port: 1883, tls: null });
		expect(mqtt("\toption host 'mqtts://[2001:db8::1]'\n\toption ca '/ca'\n")).toMatchObject({
			host: "2001:db8::1",
			port: 8883,
			tls: { authorities: "/ca" },
		});
		expect(mqtt("\toption host 'mqtts://b:1234'\n")?.port).toBe(1234);
		expect(mqtt("\toption host 'http://b'\n")).toBeNull();
		const mail = (options: string) =>
			parse(
				`config notify\n\toption type 'mail'\n\toption server 's'\n\toption from 'a@b'\n\tlist to 'a@b'\n${options}`,
			).notifiers[0]?.means;
		expect(mail("")).toMatchObject({ port: 25, encryption: "auto" });
		expect(mail("\toption tls 'starttls'\n")).toMatchObject({ port: 587 });
		expect(mail("\toption tls 'tls'\n\toption insecure '1'\n")).toMatchObject({
			port: 465,
			tls: { insecure: true },
		});
	});

	test("no problem shows a secret", () => {
		const { problems } = parse(
			"config notify 'a'\n\toption type 'webhook'\n",
			"config secret 'a'\n\toption url 'https://user:s3cret@exa mple.org/s3cret'\n",
		);
		expect(problems).toHaveLength(1);
		expect(JSON.stringify(problems)).not.toContain("s3cret");
	});

	test("the help names every option of both files", () => {
		expect(renderReportsHelp()).toContain("option hmac_key");
		expect(renderReportsHelp()).toContain("list allow");
	});
});
