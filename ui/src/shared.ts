// What the first script needs of others' too, named by every script that comes later: so that it is
// cut in one piece (build/panel.ts).
import "./follow.ts";
import "./format.ts";
import "./late-words.ts";
import "./loaded.ts";
import "./panel.ts";
import "./part/problems.tsx";
import "./part/said.tsx";
import "./part/shares.tsx";
import "./part/state-badge.tsx";
import "./part/timeline.tsx";
import "./route.ts";
import "./staged.ts";
import "./theme.ts";
