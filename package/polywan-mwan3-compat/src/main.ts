import { args, exit } from "polywan-runtime/program";
import { runService } from "./service.ts";
import { runVerb } from "./verbs.ts";

void (args[0] === "daemon" ? runService() : runVerb(args)).then(exit);
