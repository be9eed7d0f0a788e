// The types of donate.js: its elements, their attributes, and their events.
//
// Save this file into a TypeScript project, or refer to it where it is served:
// /// <reference path="donate.d.ts" />

export {};

/** What can be said of a widget. In a script tag, and where a framework keeps `key`
 *  for itself, each is written `data-NAME`. Amounts are in major units: "25" is $25. */
export interface GivingOptions {
  /** The publishable key, pk_… */
  key: string;
  /** The nonprofit's slug. */
  nonprofit: string;
  /** A button that opens the form, the form in the page, or a button that stays in its corner. */
  mode?: "button" | "inline" | "floating";
  /** The words on the button. */
  label?: string;
  /** The amount chosen at first. */
  amount?: string;
  /** The amounts to choose from; a currency can have its own: "10, 25, 50; EUR: 20, 40". */
  amounts?: string;
  /** An ISO 4217 code. */
  currency?: string;
  frequency?: "once" | "monthly";
  provider?: string;
  /** A BCP 47 tag; by default the page's language. */
  locale?: string;
  /** Where the donor goes after the payment; by default back to the page. */
  "success-url"?: string;
  /** How much the nonprofit wants to raise; draws a bar. */
  goal?: string;
  /** What the gift is for, separated by semicolons; of one there is nothing to choose. */
  designation?: string;
  /** Asks in whose honor or memory the gift is made. */
  tribute?: string;
  /** Asks for a few words. */
  comment?: string;
  /** Offers to add what the payment costs, in percent; 3 without a value. */
  "cover-fees"?: string;
  /** Where donors learn whether their employer matches gifts. */
  "match-url"?: string;
  /** Pays in a window of its own, so that the page stays. */
  popup?: string;
  "referral-code"?: string;
  /** The partner's own id of the donor. */
  user?: string;
  /** A CSS color for the button and what is chosen. */
  color?: string;
  /** Of corners, in pixels. */
  radius?: string;
  /** A CSS font-family. */
  font?: string;
  theme?: "auto" | "light" | "dark";
  /** The server, where it is another than the one that the script came from. */
  base?: string;
}

/** What was chosen, in minor units; `amount` is absent while there is none. */
export interface GivingChoice {
  amount?: number;
  currency: string;
  frequency: "once" | "monthly";
}

export interface GivingDonation {
  partnerDonationId: string;
  status: "PENDING" | "COMPLETED" | "FAILED" | "EXPIRED" | "REFUNDED";
  rewardStatus: string;
  amount: number;
  currency: string;
  frequency: "once" | "monthly";
  tokensAwarded: number;
}

/** The events of the elements, which bubble; nothing of the donor is in them. */
export interface GivingEvents {
  "giving:ready": CustomEvent<null>;
  "giving:open": CustomEvent<null>;
  "giving:change": CustomEvent<GivingChoice>;
  "giving:submit": CustomEvent<GivingChoice>;
  "giving:redirect": CustomEvent<{ partnerDonationId?: string }>;
  "giving:status": CustomEvent<GivingDonation>;
  "giving:complete": CustomEvent<GivingDonation>;
  "giving:error": CustomEvent<{ code: string }>;
  "giving:close": CustomEvent<null>;
}

type EventName = keyof GivingEvents extends `giving:${infer Name}` ? Name : never;

export interface Giving {
  /** Hears an event of any widget on the page. */
  on<Name extends EventName>(name: Name, listener: (event: GivingEvents[`giving:${Name}`]) => void): void;
  /** Draws the script tags that were added to the page since. */
  scan(): void;
  /** Calls to make once the script is there: (window.Giving ||= { q: [] }).q.push(giving => …). */
  q: { push(call: (giving: Giving) => void): unknown };
}

declare global {
  interface Window {
    Giving?: Giving | { q: ((giving: Giving) => void)[] };
  }

  interface HTMLElementTagNameMap {
    "giving-button": HTMLElement;
    "giving-form": HTMLElement;
  }

  interface HTMLElementEventMap extends GivingEvents {}
}
