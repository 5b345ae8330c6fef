import { HouseWalk } from "../lab/house-walk.ts";
import { seededRandom } from "./random.ts";

const STEPS = 300;

/** A whole router, real kernel and all, whose configuration, lines and rules change at random. Need root. */
export const targets = (["nftables", "iptables"] as const).map((firewall) => ({
	name: `house-${firewall}`,
	iterations: STEPS,
	run: async (steps: number, seed: number): Promise<void> => {
		const walk = await HouseWalk.start(firewall, seededRandom(seed));
		let failed: unknown = null;
		try {
			for (let step = 0; step < steps; step++) await walk.step();
		} catch (error) {
			failed = error;
		}
		const { attempts, lost } = await walk.end();
		if (failed !== null) throw failed;
		if (lost.length > 0)
			throw new Error(
				`of ${attempts} connections some were lost without a fault of a line: ${lost.join("; ")}`,
			);
	},
}));
