import { everyInvariantHolds } from "./every-invariant.ts";

everyInvariantHolds(1, 150);
