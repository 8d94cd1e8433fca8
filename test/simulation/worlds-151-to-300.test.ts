import { everyInvariantHolds } from "./every-invariant.ts";

everyInvariantHolds(151, 150);
