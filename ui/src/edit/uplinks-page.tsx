import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { StateBadge } from "../part/state-badge.tsx";
import { status } from "../store.ts";
import { t } from "../words.ts";
import {
	addSection,
	type ConfigPackage,
	type ConfigSection,
	deleteSection,
	sectionsOf,
	setOption,
	textOf,
	valuesOf,
} from "./config.ts";
import { useDrag } from "./drag.ts";
import { moveUplinkToTier, tierOf } from "./members.ts";
import { NewSection } from "./new-section.tsx";
import { type Group, SectionForm } from "./section-form.tsx";
import { useStaging } from "./use-staging.ts";
import { te } from "./words.ts";

const GROUPS: readonly Group[] = [
	{
		title: "group.basic",
		options: ["enabled", "interface", "tier", "weight", "family", "ipv6_nat", "endpoint"],
	},
	{
		title: "group.probing",
		options: [
			"probing",
			"method",
			"target",
			"reliability",
			"interval",
			"adaptive",
			"timeout_floor",
			"timeout_cap",
			"payload",
			"ttl",
			"up_count",
			"down_count",
			"recovery_time",
		],
		folded: true,
	},
	{
		title: "group.quality",
		options: [
			"degraded_loss",
			"recovered_loss",
			"degraded_rtt",
			"recovered_rtt",
			"use_degraded",
			"when_degraded",
		],
		folded: true,
	},
	{ title: "group.capacity", options: ["download", "upload"], folded: true },
	{
		title: "group.quota",
		options: [
			"quota",
			"quota_period",
			"quota_reset_day",
			"quota_reset_hour",
			"quota_direction",
			"quota_action",
			"quota_rate",
			"quota_upload_rate",
		],
		folded: true,
	},
	{ title: "group.other", options: "rest", folded: true },
];

const NEW_TIER = "new";

export function UplinksPage({ config }: { readonly config: ConfigPackage }) {
	const staging = useStaging();
	const uplinks = sectionsOf(config, "uplink");
	const [open, setOpen] = useState<string | null>(null);
	return (
		<section class="card" aria-labelledby="uplinks-title">
			<header>
				<h2 id="uplinks-title">{t("nav.uplinks")}</h2>
				<p class="soft">{te("uplinks.intro")}</p>
			</header>
			<UplinkTiers uplinks={uplinks} open={open} onToggle={(name) => setOpen(open === name ? null : name)} />
			<footer>
				<NewSection
					title={te("uplinks.add")}
					onAdd={(name) => {
						staging.edit((before) => addSection(before, "uplink", name));
						setOpen(name);
					}}
				/>
				<a class="button" href="#setup">
					{te("uplinks.find")}
				</a>
			</footer>
		</section>
	);
}

/** Uplinks by their own tier: dragged, or moved by arrow keys, from one to another. */
function UplinkTiers(props: {
	readonly uplinks: readonly ConfigSection[];
	readonly open: string | null;
	onToggle(name: string): void;
}) {
	const { uplinks, open, onToggle } = props;
	const staging = useStaging();
	const said = useSignal("");
	const tiers = [...new Set(uplinks.map(tierOf))].sort((a, b) => a - b);
	const last = tiers.at(-1) ?? 1;
	const move = (name: string, tier: number) =>
		staging.edit((before) => {
			const after = moveUplinkToTier(before, name, tier);
			const moved = sectionsOf(after, "uplink").find((uplink) => uplink.name === name);
			said.value = te("policies.moved", { name, tier: moved === undefined ? tier : tierOf(moved) });
			return after;
		});
	const step = (uplink: ConfigSection, by: number) => {
		const index = tiers.indexOf(tierOf(uplink)) + by;
		if (index >= 0 && index <= tiers.length) move(uplink.name, tiers[index] ?? last + 1);
	};
	const { dragged, handle } = useDrag(({ item, zone }) =>
		move(item, zone === NEW_TIER ? last + 1 : Number(zone)),
	);
	const mark = (zone: string) => (dragged.value?.zone === zone ? "drop-on" : "");
	return (
		<div class="tiers" data-drag-area>
			{tiers.map((tier, index) => (
				<div key={tier} class={`tier paper ${mark(String(tier))}`} data-zone={String(tier)}>
					<h3 class="small soft">{te(index === 0 ? "policies.tierFirst" : "policies.tier", { tier })}</h3>
					<ul class="rows">
						{uplinks
							.filter((uplink) => tierOf(uplink) === tier)
							.map((uplink) => (
								<UplinkRow
									key={uplink.name}
									uplink={uplink}
									open={open === uplink.name}
									dragged={dragged.value?.item === uplink.name}
									handle={handle(uplink.name)}
									onStep={(by) => step(uplink, by)}
									onToggle={() => onToggle(uplink.name)}
								/>
							))}
					</ul>
				</div>
			))}
			<p class={`tier new small soft ${mark(NEW_TIER)}`} data-zone={NEW_TIER} hidden={dragged.value === null}>
				{te("policies.newTier")}
			</p>
			<p class="unseen" role="status">
				{said.value}
			</p>
		</div>
	);
}

function UplinkRow(props: {
	readonly uplink: ConfigSection;
	readonly open: boolean;
	readonly dragged: boolean;
	readonly handle: ReturnType<ReturnType<typeof useDrag>["handle"]>;
	onStep(by: number): void;
	onToggle(): void;
}) {
	const { uplink, open } = props;
	const { name } = uplink;
	const staging = useStaging();
	const state = status.value?.uplinks.find((each) => each.name === name)?.state;
	const off = ["0", "no", "off", "false", "disabled"].includes(textOf(uplink, "enabled") ?? "1");
	const line = te("uplinks.weight", { weight: textOf(uplink, "weight") ?? "1" });
	return (
		<li class={`${open ? "open" : ""} ${props.dragged ? "dragged" : ""}`}>
			<div class="row">
				<button
					type="button"
					class="handle"
					aria-label={te("policies.drag", { name, tier: tierOf(uplink) })}
					{...props.handle}
					onKeyDown={(event) => {
						const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
						if (by === undefined) return;
						event.preventDefault();
						props.onStep(by);
					}}
				>
					<span aria-hidden="true">⠿</span>
				</button>
				<input
					type="checkbox"
					class="switch"
					aria-label={te("uplinks.enabled", { name })}
					checked={!off}
					onChange={({ currentTarget: { checked } }) =>
						staging.edit((config) => setOption(config, name, "enabled", checked ? "" : "0"))
					}
				/>
				<h4>{name}</h4>
				{state !== undefined && <StateBadge state={state} />}
				<span class="soft small">
					{[valuesOf(uplink, "interface").join(", "), line].filter(Boolean).join(" · ")}
				</span>
				<span class="actions">
					<button
						type="button"
						aria-expanded={open}
						aria-controls={`edit-${name}`}
						onClick={props.onToggle}
						aria-label={`${te(open ? "form.close" : "form.edit")}: ${name}`}
					>
						{te(open ? "form.close" : "form.edit")}
					</button>
					<button
						type="button"
						class="danger"
						onClick={() => {
							if (confirm(te("form.deleteAsk", { name })))
								staging.edit((config) => withoutUplink(config, name));
						}}
						aria-label={`${te("form.delete")}: ${name}`}
					>
						{te("form.delete")}
					</button>
				</span>
			</div>
			<div id={`edit-${name}`}>{open && <SectionForm section={uplink} groups={GROUPS} />}</div>
		</li>
	);
}

/** Members of policies go with it; rules that name it stay, and their problem says so. */
function withoutUplink(config: ConfigPackage, name: string): ConfigPackage {
	const members = sectionsOf(config, "member").filter((member) => textOf(member, "uplink") === name);
	return [name, ...members.map((member) => member.name)].reduce(deleteSection, config);
}
