// A program of several parts: what is imported when it is wanted lies in the program's file until then.
import { args, exit } from "polywan-runtime/program";
import { describeValue } from "./parts/shared.ts";

const ways: Readonly<Record<string, () => Promise<void>>> = {
	start: async () => console.log(describeValue("start")),
	part: async () => {
		const [first, second] = await Promise.all([import("./parts/late.ts"), import("./parts/late.ts")]);
		console.log(first.describeLate(), first === second, first.seenByLate() === describeValue);
	},
	throw: async () => (await import("./parts/late.ts")).fail(),
	/** An error that is shown long after it was made, and after others. */
	keep: async () => {
		const late = await import("./parts/late.ts");
		const kept = late.makeError();
		await new Promise<void>((resolve) => setTimeout(resolve, 1));
		console.error(new Error("of the start"));
		console.error(kept);
	},
	/** The part is damaged. */
	caught: async () => {
		await import("./parts/late.ts").catch((error: unknown) => console.log(String(error)));
	},
	/** The file is removed while the program runs, as an upgrade does. */
	removed: async () => {
		const { removeFile } = await import("polywan-runtime/file");
		removeFile(args[1] ?? "");
		console.log((await import("./parts/late.ts")).describeLate());
		(await import("./parts/late.ts")).fail();
	},
};

const way = ways[args[0] ?? ""];
if (!way) exit(64);
void way();
