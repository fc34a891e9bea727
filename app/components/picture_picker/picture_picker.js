// The picture picker: one object a place on the page; Streamlit calls the default export with each new payload.

const PICKERS = new WeakMap(); // parent element -> picker
const CHOICES = new Map(); // token of a list -> ids chosen in it: kept when Streamlit draws the component anew
const HINT = "Click chooses, Shift or Ctrl for several, double click opens.";

class PicturePicker {
  constructor(parent) {
    this.root = parent.querySelector(".picker");
    this.grid = this.root.querySelector(".grid");
    this.status = this.root.querySelector(".status");
    this.items = [];
    this.chosen = new Set();
    this.anchor = this.cursor = 0; // places: where Shift extends from, and where the keys are
    this.number = 0; // of the next report, so that opening one picture twice is two reports
    this.calls = 0;
    this.grid.addEventListener("click", (event) => this.clicked(event));
    this.grid.addEventListener("dblclick", (event) => this.opened(this.placeOf(event)));
    this.grid.addEventListener("keydown", (event) => this.keyPressed(event));
  }

  update(bytes, send) {
    this.send = send;
    const { text, header, pictures } = unpack(bytes);
    if (text === this.text) return;
    this.text = text;
    const isOtherList = !this.header || this.header.token !== header.token;
    const hadFocus = !isOtherList && this.items.some((item) => item.matches(":focus"));
    this.header = header;
    if (isOtherList) {
      this.chosen = CHOICES.get(header.token) ?? new Set();
      this.anchor = this.cursor = 0;
    }
    this.items = header.ids.map((id, place) => this.makeItem(place, pictures[place]));
    this.grid.replaceChildren(...(header.pairs.length ? this.makePairs() : this.items));
    this.grid.dataset.list = header.token;
    this.show();
    if (hadFocus) this.items[this.cursor].focus({ preventScroll: true });
  }

  makeItem(place, jpeg) {
    const { size, names, captions, leftOut } = this.header;
    const [name, caption] = [names[place], captions[place] ?? ""];
    const item = document.createElement("div");
    item.className = leftOut[place] ? "item left-out" : "item";
    item.setAttribute("role", "option");
    item.title = caption ? `${caption}: ${name}` : name;
    item.setAttribute("aria-label", item.title);
    item.dataset.id = this.header.ids[place];
    const picture = document.createElement("img");
    [picture.src, picture.width, picture.height, picture.alt, picture.draggable] = [asAddress(jpeg), size, size, "", false];
    item.append(picture);
    if (captions.length) {
      const below = document.createElement("span");
      below.style.width = `${size}px`;
      below.textContent = caption || "\u00a0";
      item.append(below);
    }
    return item;
  }

  makePairs() {
    return this.header.pairs.map((text, number) => {
      const pair = document.createElement("div");
      pair.className = "pair";
      pair.setAttribute("role", "group");
      pair.setAttribute("aria-label", text);
      const below = document.createElement("p");
      below.textContent = text || "\u00a0";
      pair.append(...this.items.slice(2 * number, 2 * number + 2), below);
      return pair;
    });
  }

  placeOf(event) {
    return this.items.indexOf(event.target.closest?.(".item"));
  }

  clicked(event) {
    const place = this.placeOf(event);
    if (place < 0) this.chooseOnly([]);
    else this.choose(place, { extends: event.shiftKey, toggles: event.ctrlKey || event.metaKey });
    if (place >= 0) this.items[place].focus({ preventScroll: true });
  }

  choose(place, how) {
    const { ids } = this.header;
    this.cursor = place;
    if (how.extends) {
      const [first, last] = [Math.min(this.anchor, place), Math.max(this.anchor, place)];
      this.chooseOnly([...(how.toggles ? this.chosen : []), ...ids.slice(first, last + 1)]);
      return;
    }
    this.anchor = place;
    if (!how.toggles) this.chooseOnly([ids[place]]);
    else this.chooseOnly(this.chosen.has(ids[place]) ? [...this.chosen].filter((id) => id !== ids[place]) : [...this.chosen, ids[place]]);
  }

  chooseOnly(ids) {
    const wanted = new Set(ids);
    const isSame = wanted.size === this.chosen.size && [...wanted].every((id) => this.chosen.has(id));
    this.chosen = wanted;
    if (wanted.size) CHOICES.set(this.header.token, wanted);
    else CHOICES.delete(this.header.token);
    this.show();
    if (!isSame) this.report(null);
  }

  opened(place) {
    if (place >= 0) this.report(this.header.ids[place]);
  }

  report(opened) {
    this.number += 1;
    this.send("report", { token: this.header.token, chosen: [...this.chosen], opened, number: `${Date.now()}-${this.number}` });
  }

  show() {
    this.items.forEach((item, place) => {
      item.setAttribute("aria-selected", String(this.chosen.has(this.header.ids[place])));
      item.tabIndex = place === this.cursor ? 0 : -1;
    });
    const count = this.chosen.size;
    this.status.textContent = count ? `${count.toLocaleString("en")} of ${this.items.length} chosen. Escape clears.` : HINT;
  }

  keyPressed(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isCommand = event.ctrlKey || event.metaKey;
    this.cursor = Math.max(this.placeOf(event), 0); // a screen reader moves the focus by itself
    const actions = {
      Enter: () => this.opened(this.cursor),
      " ": () => this.choose(this.cursor, { extends: event.shiftKey, toggles: true }),
      Escape: () => this.chooseOnly([]),
      Home: () => this.moveTo(0, event.shiftKey),
      End: () => this.moveTo(this.items.length - 1, event.shiftKey),
      ArrowLeft: () => this.moveTo(this.cursor - 1, event.shiftKey),
      ArrowRight: () => this.moveTo(this.cursor + 1, event.shiftKey),
      ArrowUp: () => this.moveTo(this.cursor - this.itemsARow(), event.shiftKey),
      ArrowDown: () => this.moveTo(this.cursor + this.itemsARow(), event.shiftKey),
    };
    const action = isCommand && key === "a" ? () => this.chooseOnly(this.header.ids) : isCommand ? null : actions[key];
    if (!action || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  moveTo(place, isExtending) {
    if (place < 0 || place >= this.items.length) return;
    if (isExtending) this.choose(place, { extends: true });
    this.cursor = place;
    if (!isExtending) this.anchor = place;
    this.show();
    this.items[place].focus();
  }

  itemsARow() {
    const top = this.items[0]?.offsetTop;
    const next = this.items.findIndex((item) => item.offsetTop !== top);
    return next < 0 ? this.items.length : next;
  }
}

// A data address: blobs of 120 pictures keep the browser busy for 50 ms.
function asAddress(jpeg) {
  let text = "";
  for (let start = 0; start < jpeg.length; start += 0x4000) {
    text += String.fromCharCode.apply(null, jpeg.subarray(start, start + 0x4000));
  }
  return `data:image/jpeg;base64,${btoa(text)}`;
}

// Bytes: length of the header (uint32), header (JSON), then the JPEGs one after the other.
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 4 + view.getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, start));
  const header = JSON.parse(text);
  const pictures = header.lengths.map((length) => bytes.subarray(start, (start += length)));
  return { text, header, pictures };
}

export default function mount({ parentElement, data, setStateValue }) {
  let picker = PICKERS.get(parentElement);
  if (!picker || picker.root !== parentElement.querySelector(".picker")) {
    picker = new PicturePicker(parentElement);
    PICKERS.set(parentElement, picker);
  }
  picker.calls += 1;
  const call = picker.calls;
  picker.update(data, setStateValue);
  // Streamlit may run the clean-up of an overtaken call after the next call: only the last one counts.
  return () => {
    if (picker.calls !== call || PICKERS.get(parentElement) !== picker) return;
    PICKERS.delete(parentElement);
  };
}
