// `node build/run.mjs runtime [target…]`: the runtime binaries alone.
import { buildRuntime } from "./engine.ts";
import { architectures, type RuntimeTarget } from "./toolchain.ts";

const targets: readonly RuntimeTarget[] = [...architectures, "asan"];
for (const name of process.argv.slice(2)) {
	const target = targets.find((target) => target === name);
	if (!target) throw new Error(`there is no target '${name}': ${targets.join(", ")}`);
	console.log(await buildRuntime(target));
}
