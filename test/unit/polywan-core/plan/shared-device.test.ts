import type { Link } from "polywan-core/link";
import { listSharedDevices } from "polywan-core/plan/shared-device";
import { describe, expect, test } from "vitest";
import { linksOf, manyUplinks, modelOf } from "../fixture.ts";

describe("uplinks on one device", () => {
	const on = (device: string, links: readonly Link[]): readonly Link[] =>
		links.map((link) => ({ ...link, device }));

	test("are told apart by their IPv4 addresses, with a warning, and by nothing in IPv6", () => {
		const model = modelOf("config uplink 'wan'\nconfig uplink 'wanb'\n\tlist interface 'wanb'");
		const [four, six] = on("eth1", linksOf("wanb", 2));
		const first = on("eth1", linksOf("wan", 1));
		expect(listSharedDevices(model, [...first, four as Link])).toMatchObject([
			{
				section: "wanb",
				option: "interface",
				severity: "warning",
				message: /^eth1 carries uplink 'wan', too/,
			},
		]);
		expect(listSharedDevices(model, [six as Link, ...first])).toMatchObject([
			{ section: "wanb", severity: "error", message: /IPv6 of two uplinks on one device/ },
		]);
	});

	test("are the first by the configuration's order, not the links'", () => {
		const model = modelOf("config uplink 'wan'\nconfig uplink 'wanb'");
		const links = on("eth1", [...linksOf("wanb", 2), ...linksOf("wan", 1)]);
		expect(listSharedDevices(model, links)).toMatchObject([{ section: "wanb" }]);
	});

	test("each link is looked at a few times at the most, however many uplinks there are", () => {
		const model = modelOf(manyUplinks(200, 0));
		let looks = 0;
		const links = model.uplinks.flatMap(({ name }, index) =>
			linksOf(name, index + 1).map((link) => ({
				...link,
				get uplink() {
					looks++;
					return link.uplink;
				},
			})),
		);
		expect(listSharedDevices(model, links)).toEqual([]);
		expect(looks).toBeLessThanOrEqual(4 * links.length);
	});
});
