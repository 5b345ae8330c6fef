import { useState } from "preact/hooks";
import { goTo } from "../route.ts";
import { buildMetered } from "../templates/template.ts";
import { DifferenceList } from "./change-bar.tsx";
import { addSection, type ConfigPackage, findSection, freeName, sectionsOf, valuesOf } from "./config.ts";
import { buildDifferences } from "./differences.ts";
import { findLines, interfaceList, type Line } from "./netif.ts";
import { netifs } from "./staging.ts";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

const MODES = ["failover", "weighted", "metered"] as const;
type Mode = (typeof MODES)[number];

/** Finds the lines netifd has, proposes a configuration, tells what it will do, and applies it on trial. */
export function SetupPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	const lines = findLines(netifs.value);
	const fresh = lines.filter((line) => !isThere(config, line));
	const [order, setOrder] = useState<readonly string[]>([]);
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [mode, setMode] = useState<Mode>("failover");
	const ordered = [...fresh].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
	const used = ordered.filter(({ name }) => !left.has(name));
	const proposal = propose(config, used, mode);
	const differences = buildDifferences(config, proposal);
	const earlier = (index: number) => {
		const names = ordered.map(({ name }) => name);
		const [moved] = names.splice(index, 1);
		if (moved !== undefined) names.splice(index - 1, 0, moved);
		setOrder(names);
	};
	const apply = async () => {
		staging.edit(() => proposal);
		goTo("overview");
		await staging.apply();
	};
	return (
		<section class="card setup" aria-labelledby="setup-title">
			<header>
				<h2 id="setup-title">{te("setup.title")}</h2>
				<span class="push links">
					<a href="#templates">{te("link.templates")}</a>
					<a href="#import">{te("link.import")}</a>
				</span>
			</header>
			{lines.length === 0 && <p class="notice warn">{te("setup.none")}</p>}
			<fieldset class="group">
				<legend>{te("setup.found")}</legend>
				<ol class="rows">
					{lines
						.filter((line) => !fresh.includes(line))
						.map((line) => (
							<li key={line.name}>
								<div class="row">
									<LineFacts line={line} />
									<span class="soft small">{te("setup.there")}</span>
								</div>
							</li>
						))}
					{ordered.map((line, index) => (
						<li key={line.name}>
							<div class="row">
								<input
									type="checkbox"
									class="switch"
									aria-label={te("setup.use", { name: line.name })}
									checked={!left.has(line.name)}
									onChange={(event) => {
										const next = new Set(left);
										if (event.currentTarget.checked) next.delete(line.name);
										else next.add(line.name);
										setLeft(next);
									}}
								/>
								<LineFacts line={line} />
								{index > 0 && (
									<button type="button" class="actions" onClick={() => earlier(index)}>
										<span aria-hidden="true">↑</span>
										<span class="unseen">{te("setup.earlier", { name: line.name })}</span>
									</button>
								)}
							</div>
						</li>
					))}
				</ol>
			</fieldset>
			{fresh.length > 0 && (
				<fieldset class="group">
					<legend>{te("setup.mode")}</legend>
					{MODES.filter((each) => each !== "metered" || used.length > 1).map((each) => (
						<label class="choice" key={each}>
							<input
								type="radio"
								class="pick"
								name="mode"
								checked={mode === each}
								onChange={() => setMode(each)}
							/>
							{te(`setup.${each}`, { name: used.at(-1)?.name ?? "" })}
						</label>
					))}
				</fieldset>
			)}
			<h3>{te("setup.plan")}</h3>
			{differences.length === 0 ? (
				<p class="soft">{te("setup.nothing")}</p>
			) : (
				<DifferenceList differences={differences} />
			)}
			<footer>
				<button type="button" class="primary" disabled={differences.length === 0} onClick={apply}>
					{te("setup.apply")}
				</button>
			</footer>
		</section>
	);
}

function LineFacts({ line }: { readonly line: Line }) {
	const addresses = line.interfaces.flatMap((netif) => netif.addresses);
	return (
		<div class="what">
			<h3>{line.name}</h3>
			<p class="small soft">
				{[line.interfaces.map(({ name }) => name).join(", "), line.interfaces[0]?.device, ...addresses]
					.filter(Boolean)
					.join(" · ")}
			</p>
		</div>
	);
}

function isThere(config: ConfigPackage, line: Line): boolean {
	const names = line.interfaces.map(({ name }) => name);
	return sectionsOf(config, "uplink").some(
		(uplink) =>
			names.includes(uplink.name) || valuesOf(uplink, "interface").some((name) => names.includes(name)),
	);
}

/** An uplink for each line; with the first ones comes a policy that fits what they are for. */
function propose(config: ConfigPackage, lines: readonly Line[], mode: Mode): ConfigPackage {
	if (lines.length === 0) return config;
	let result = sectionsOf(config, "globals").length > 0 ? config : addSection(config, "globals", "globals");
	const there = sectionsOf(config, "uplink").length;
	lines.forEach((line, index) => {
		const wish = findSection(result, line.name) === undefined ? line.name : `${line.name}_line`;
		const name = freeName(result, wish);
		const list = name === line.name ? interfaceList(line) : line.interfaces.map((netif) => netif.name);
		result = addSection(result, "uplink", name, {
			...(list.length > 0 && { interface: list }),
			tier: String(mode === "failover" ? there + index + 1 : 1),
			weight: "1",
		});
	});
	if (sectionsOf(config, "policy").length > 0) return result;
	if (mode === "metered") {
		const order = sectionsOf(result, "uplink").map(({ name }) => name);
		return buildMetered(result, { order, line: order.at(-1) ?? "" });
	}
	return addSection(result, "policy", freeName(result, mode === "failover" ? "failover" : "balanced"), {
		mode,
	});
}
