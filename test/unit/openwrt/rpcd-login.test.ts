import { describe, expect, it } from "vitest";
import { crypt, matchesHash } from "../../openwrt/rpcd/crypt.ts";
import { fnmatch } from "../../openwrt/rpcd/fnmatch.ts";

describe("password hashes", () => {
	/** The one with rounds is of Drepper's specification, the others are what `openssl passwd` prints. */
	it.each([
		[
			"Hello world!",
			"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
		],
		[
			"Hello world!",
			"$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
		],
		["Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"],
		["secret", "$1$saltsalt$9xy1btjgzLYfb7hivXtC//"],
	])("%s", (password, hash) => {
		expect(crypt(password, hash)).toBe(hash);
		expect(matchesHash(`${password}x`, hash)).toBe(false);
	});

	it("lets nobody in by a locked or unknown hash", () => {
		for (const hash of ["*", "!", "x", "$9$abc$def", "$2a$10$abcdefghijklmnopqrstuv"]) {
			expect(matchesHash(hash, hash)).toBe(false);
		}
	});
});

describe("fnmatch", () => {
	it.each([
		["*", "anything/at all", true],
		["network.*", "network.interface", true],
		["network.*", "network", false],
		["a?c", "abc", true],
		["[a-c]x", "bx", true],
		["[!a-c]x", "bx", false],
		["/etc/*", "/etc/config/network", true],
		["a.c", "abc", false],
		["a[b", "a[b", true],
		["(x)+", "(x)+", true],
	])("%s against %s", (pattern, name, wanted) => {
		expect(fnmatch(pattern, name)).toBe(wanted);
	});
});
