import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Site } from "./site.ts";

const asRoot = process.getuid?.() === 0;

describe.skipIf(!asRoot)("a site without userland", () => {
	let site: Site;

	beforeAll(async () => {
		const startMs = performance.now();
		site = await Site.build({ userland: "none" });
		console.log(`built in ${performance.now() - startMs} ms`);
	});
	afterAll(() => site.close());

	it("reaches every server over both families", async () => {
		for (const address of ["203.0.113.1", "203.0.113.9", "2001:db8:ffff::1", "1.1.1.1"])
			expect(await site.host(0).run(["ping", "-c", "1", "-W", "1", address])).toMatchObject({ code: 0 });
		const url = "http://203.0.113.1/";
		expect((await site.host(0).run(["curl", "-s", url])).stdout).toBe("100.64.1.2\n");
	});
});
