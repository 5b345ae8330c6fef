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
	textOf,
	valuesOf,
} from "./config.ts";
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
			<ul class="rows">
				{uplinks.map((uplink) => (
					<UplinkRow
						key={uplink.name}
						uplink={uplink}
						open={open === uplink.name}
						onToggle={() => setOpen(open === uplink.name ? null : uplink.name)}
					/>
				))}
			</ul>
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

function UplinkRow(props: { readonly uplink: ConfigSection; readonly open: boolean; onToggle(): void }) {
	const { uplink, open } = props;
	const staging = useStaging();
	const state = status.value?.uplinks.find(({ name }) => name === uplink.name)?.state;
	const line = te("uplinks.line", {
		tier: textOf(uplink, "tier") ?? "1",
		weight: textOf(uplink, "weight") ?? "1",
	});
	return (
		<li class={open ? "open" : ""}>
			<div class="row">
				<h3>{uplink.name}</h3>
				{state !== undefined && <StateBadge state={state} />}
				<span class="soft small">
					{[valuesOf(uplink, "interface").join(", "), line].filter(Boolean).join(" · ")}
				</span>
				<span class="actions">
					<button
						type="button"
						aria-expanded={open}
						aria-controls={`edit-${uplink.name}`}
						onClick={props.onToggle}
						aria-label={`${te(open ? "form.close" : "form.edit")}: ${uplink.name}`}
					>
						{te(open ? "form.close" : "form.edit")}
					</button>
					<button
						type="button"
						class="danger"
						onClick={() => {
							if (confirm(te("form.deleteAsk", { name: uplink.name })))
								staging.edit((config) => withoutUplink(config, uplink.name));
						}}
						aria-label={`${te("form.delete")}: ${uplink.name}`}
					>
						{te("form.delete")}
					</button>
				</span>
			</div>
			<div id={`edit-${uplink.name}`}>{open && <SectionForm section={uplink} groups={GROUPS} />}</div>
		</li>
	);
}

/** Members of policies go with it; rules that name it stay, and their problem says so. */
function withoutUplink(config: ConfigPackage, name: string): ConfigPackage {
	const members = sectionsOf(config, "member").filter((member) => textOf(member, "uplink") === name);
	return [name, ...members.map((member) => member.name)].reduce(deleteSection, config);
}
