// A photo with the boxes of its digits: choose one, zoom, and, when correcting, move, resize, add, delete or relabel.
// All places are in pixels of the page that was read; the SVG over the picture has the same coordinates.

const SVG = "http://www.w3.org/2000/svg";
const KINDS = ["sure", "unsure", "rejected", "told"];
const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const LABEL = 0.4; // height of a label, of the typical digit's
const LARGEST_LABEL = 0.8; // where that is too small to be read
const READABLE = 11; // pixels of the screen
const PLENTY = 24;
const LEAST_LABEL = 7; // smaller ones only hide the digits
const LARGE = 32; // pixels of the screen; digits of this height need no zoom
const LEAST_DRAG = 4; // pixels of the screen; less is a click
const LEAST_SIDE = 5; // pixels of the screen of a new box
const HANDLE = 6; // pixels of the screen, its radius
const REACH = 16; // pixels of the screen by which a finger may miss a handle or a box
const NEAR = 6; // by which a mouse may miss a box
const ROOMY = 48; // pixels of the screen; around a smaller box the handles stand off, so that it can be gripped

const views = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  const view = views.get(root) ?? new View(root);
  views.set(root, view);
  view.update(component);
  return () => {
    view.close();
    views.delete(root);
  };
}

class View {
  constructor(root) {
    this.frame = root.querySelector(".frame");
    this.photo = root.querySelector(".photo");
    this.sheet = root.querySelector(".sheet");
    this.picture = root.querySelector("img");
    this.svg = root.querySelector("svg");
    this.zoom = 0;
    this.boxes = [];
    this.pending = []; // corrections that Python has not answered yet
    this.drag = null;
    this.svg.addEventListener("pointerdown", (event) => this.press(event));
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerup", (event) => this.release(event));
    this.svg.addEventListener("pointercancel", () => this.cancel());
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.buttons = [...root.querySelectorAll("button")];
    this.buttons[0].onclick = () => this.zoomTo(this.zoom - 1);
    this.buttons[1].onclick = () => this.zoomTo(this.zoom + 1);
    this.observer = new ResizeObserver(() => this.fitLabels());
    this.observer.observe(this.sheet);
  }

  close() {
    this.observer.disconnect();
  }

  update({ data, setStateValue, setTriggerValue }) {
    const moved = JSON.stringify(data.chosen) !== JSON.stringify(this.data?.chosen);
    this.data = data;
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    this.pending = this.pending.filter((edit) => edit.seq > data.applied);
    if (this.picture.src !== data.picture) this.picture.src = data.picture;
    this.picture.alt = data.words.photo;
    this.photo.style.setProperty("--ratio", data.width / data.height);
    this.photo.style.setProperty("--most", `${data.most}px`);
    this.svg.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
    this.svg.setAttribute("aria-label", data.words.boxes);
    this.svg.classList.toggle("correcting", data.correcting);
    [data.words.smaller, data.words.larger].forEach((word, place) => {
      this.buttons[place].title = word;
      this.buttons[place].setAttribute("aria-label", word);
    });
    this.showZoom();
    if (this.drag || this.pending.length) return; // what is on the screen is newer
    this.boxes = data.boxes.map(([box, label, kind]) => ({ box, label, kind }));
    this.chosen = this.boxes.findIndex(({ box }) => same(box, data.chosen));
    this.draw();
    if (moved) this.reveal();
  }

  // Drawing

  draw() {
    const focused = this.svg.contains(this.svg.getRootNode().activeElement); // for the keys, once boxes are new
    const heights = this.boxes.map(({ box }) => box[3]).sort((a, b) => a - b);
    this.typical = heights[heights.length >> 1] ?? 40;
    this.letter = this.letterSize();
    this.svg.replaceChildren(...this.boxes.map((entry, place) => this.group(entry, place)));
    if (this.chosen >= 0) this.raise(this.chosen, focused);
    else if (focused) this.svg.focus({ preventScroll: true });
    this.fitLabels();
  }

  group({ box, label, kind }, place) {
    const group = node("g", { class: KINDS[kind], role: "button", "aria-label": `${label}: ${this.data.words[KINDS[kind]]}` });
    group.dataset.place = place;
    group.setAttribute("tabindex", place === Math.max(this.chosen, 0) ? 0 : -1);
    group.append(node("rect", {}), node("text", {}));
    group.lastChild.textContent = label;
    this.place(group, box);
    return group;
  }

  place(group, [x, y, w, h]) {
    set(group.firstChild, { x, y, width: w, height: h });
    set(group.lastChild, { x: x + w / 2, y: Math.max(y - 0.14 * this.letter, 0.86 * this.letter) });
    group.lastChild.style.fontSize = `${this.letter}px`;
  }

  raise(place, focus = false) {
    const group = this.svg.querySelector(`[data-place="${place}"]`);
    if (!group) return;
    this.svg.querySelectorAll(".chosen, .handle").forEach((old) => (old.matches("g") ? old.classList.remove("chosen") : old.remove()));
    group.classList.add("chosen");
    this.svg.querySelectorAll("g").forEach((other) => other.setAttribute("tabindex", other === group ? 0 : -1));
    if (this.data.correcting) this.svg.append(...CORNERS.map(() => node("circle", { class: "handle" })));
    this.placeHandles(this.boxes[place].box);
    if (focus) group.focus({ preventScroll: true });
  }

  placeHandles(box) {
    const places = this.handles(box);
    this.svg.querySelectorAll(".handle").forEach((handle, corner) => {
      const [cx, cy] = places[corner];
      set(handle, { cx, cy, r: HANDLE / this.scale() });
    });
  }

  handles([x, y, w, h]) {
    const off = Math.min(w, h) * this.scale() < ROOMY ? (HANDLE + 3) / this.scale() : 0;
    return CORNERS.map(([right, low]) => [x + right * w + (2 * right - 1) * off, y + low * h + (2 * low - 1) * off]);
  }

  scale() {
    return this.svg.getBoundingClientRect().width / this.data.width || 1;
  }

  letterSize() {
    const [readable, plenty] = [READABLE / this.scale(), PLENTY / this.scale()];
    return Math.max(Math.min(LABEL * this.typical, plenty), Math.min(LARGEST_LABEL * this.typical, readable));
  }

  fitLabels() {
    if (!this.data) return;
    const letter = this.letterSize();
    if (Math.abs(letter - this.letter) > 0.01 * letter) {
      this.letter = letter;
      this.svg.querySelectorAll("g").forEach((group) => this.place(group, this.boxes[group.dataset.place].box));
    }
    const shown = (this.typical * this.scale()) / ZOOMS[this.zoom];
    this.photo.classList.toggle("large", this.zoom === 0 && shown >= LARGE);
    this.svg.classList.toggle("crowded", this.letter * this.scale() < LEAST_LABEL);
    if (this.chosen >= 0 && this.boxes[this.chosen]) this.placeHandles(this.boxes[this.chosen].box);
  }

  // Zoom

  zoomTo(zoom) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = this.frame;
    const centre = [(scrollLeft + clientWidth / 2) / scrollWidth, (scrollTop + clientHeight / 2) / scrollHeight];
    this.zoom = Math.min(Math.max(zoom, 0), ZOOMS.length - 1);
    this.showZoom();
    this.fitLabels();
    this.frame.scrollLeft = centre[0] * this.frame.scrollWidth - this.frame.clientWidth / 2;
    this.frame.scrollTop = centre[1] * this.frame.scrollHeight - this.frame.clientHeight / 2;
    this.reveal();
  }

  showZoom() {
    this.sheet.style.setProperty("--zoom", ZOOMS[this.zoom]);
    this.buttons[0].disabled = this.zoom === 0;
    this.buttons[1].disabled = this.zoom === ZOOMS.length - 1;
  }

  reveal() {
    if (this.chosen < 0 || this.zoom === 0 || !this.boxes[this.chosen]) return;
    const [x, y, w, h] = this.boxes[this.chosen].box;
    const scale = this.scale();
    this.frame.scrollTo((x + w / 2) * scale - this.frame.clientWidth / 2, (y + h / 2) * scale - this.frame.clientHeight / 2);
  }

  // Choosing and correcting

  choose(place) {
    this.chosen = place;
    if (place < 0) this.draw();
    else this.raise(place, true);
    this.setTriggerValue("choice", { box: place < 0 ? null : this.boxes[place].box });
  }

  correct(kind, from, to, digit = null) {
    const seq = Math.max(this.data.applied, ...this.pending.map((edit) => edit.seq)) + 1;
    this.pending.push({ seq, kind, from, to, digit });
    this.draw();
    this.setStateValue("edits", this.pending);
  }

  at(event) {
    const area = this.svg.getBoundingClientRect();
    const scale = this.scale();
    const x = Math.min(Math.max((event.clientX - area.left) / scale, 0), this.data.width);
    const y = Math.min(Math.max((event.clientY - area.top) / scale, 0), this.data.height);
    return [x, y];
  }

  corner([x, y]) {
    const box = this.boxes[this.chosen]?.box;
    if (!box) return -1;
    const inside = x > box[0] && x < box[0] + box[2] && y > box[1] && y < box[1] + box[3];
    const reach = (inside ? HANDLE : REACH) / this.scale();
    return this.handles(box).findIndex(([left, top]) => Math.hypot(x - left, y - top) < reach);
  }

  // The smallest box around a place, or else the nearest one within `reach` pixels of the screen.
  boxAt([x, y], reach = 0) {
    let [best, least] = [-1, Infinity];
    this.boxes.forEach(({ box: [left, top, w, h] }, place) => {
      const away = Math.hypot(Math.max(left - x, 0, x - left - w), Math.max(top - y, 0, y - top - h)) * this.scale();
      const cost = away === 0 ? 1 - 1 / (w * h) : 1 + away;
      if (away <= reach && cost < least) [best, least] = [place, cost];
    });
    return best;
  }

  press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const start = this.at(event);
    const corner = this.data.correcting ? this.corner(start) : -1;
    const place = corner >= 0 ? this.chosen : this.boxAt(start);
    this.drag = { start, from: [event.clientX, event.clientY], corner, place, box: this.boxes[place]?.box, far: false };
    if (this.data.correcting) this.svg.setPointerCapture(event.pointerId);
  }

  move(event) {
    const drag = this.drag;
    if (!drag || !this.data.correcting) return;
    drag.far ||= Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) >= LEAST_DRAG;
    if (!drag.far) return;
    event.preventDefault();
    drag.to = this.dragged(drag, this.at(event));
    if (drag.place < 0) {
      this.fresh ??= this.svg.appendChild(node("rect", { class: "fresh" }));
      const [x, y, width, height] = drag.to;
      set(this.fresh, { x, y, width, height });
    } else {
      if (this.chosen !== drag.place) {
        this.chosen = drag.place;
        this.raise(drag.place, true);
      }
      this.place(this.svg.querySelector(`[data-place="${drag.place}"]`), drag.to);
      this.placeHandles(drag.to);
    }
  }

  dragged({ start, box, corner, place }, [x, y]) {
    if (place < 0) return between(start, [x, y]);
    if (corner >= 0) {
      const [right, low] = CORNERS[corner];
      return between([box[0] + (1 - right) * box[2], box[1] + (1 - low) * box[3]], [x, y]);
    }
    const left = Math.min(Math.max(box[0] + x - start[0], 0), this.data.width - box[2]);
    const top = Math.min(Math.max(box[1] + y - start[1], 0), this.data.height - box[3]);
    return [Math.round(left), Math.round(top), box[2], box[3]];
  }

  release(event) {
    const drag = this.drag;
    this.cancel();
    if (!drag) return;
    if (!drag.far) {
      const still = Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < 2 * LEAST_DRAG;
      const place = this.boxAt(drag.start, event.pointerType === "mouse" ? NEAR : REACH);
      if (still && (place >= 0 || this.chosen >= 0)) this.choose(place);
      return;
    }
    const least = LEAST_SIDE / this.scale();
    if (drag.to[2] < least || drag.to[3] < least) {
      this.draw();
    } else if (drag.place < 0) {
      this.chosen = this.boxes.push({ box: drag.to, label: "…", kind: 3 }) - 1;
      this.correct("add", null, drag.to);
    } else {
      const entry = this.boxes[drag.place];
      const from = entry.box;
      this.boxes[drag.place] = { ...entry, box: drag.to, label: entry.kind === 3 ? entry.label : "…" };
      this.correct("move", from, drag.to);
    }
  }

  cancel() {
    this.drag = null;
    this.fresh?.remove();
    this.fresh = undefined;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.boxes.length) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      this.choose(Math.min(Math.max(this.chosen + step, 0), this.boxes.length - 1));
    } else if (event.key === "Enter" || event.key === " ") {
      this.choose(Number(event.target.dataset.place ?? 0));
    } else if (event.key === "Escape") {
      this.choose(-1);
    } else if (this.data.correcting && this.chosen >= 0 && ["Delete", "Backspace"].includes(event.key)) {
      const [gone] = this.boxes.splice(this.chosen, 1);
      this.chosen = -1;
      this.correct("delete", gone.box, null);
    } else if (this.data.correcting && this.chosen >= 0 && /^\d$/.test(event.key)) {
      const entry = this.boxes[this.chosen];
      this.boxes[this.chosen] = { ...entry, label: this.data.numerals[event.key] ?? event.key, kind: 3 };
      this.correct("label", entry.box, null, Number(event.key));
    } else {
      return;
    }
    event.preventDefault();
  }
}

function between([x0, y0], [x1, y1]) {
  const [left, top] = [Math.round(Math.min(x0, x1)), Math.round(Math.min(y0, y1))];
  return [left, top, Math.round(Math.max(x0, x1)) - left, Math.round(Math.max(y0, y1)) - top];
}

function same(box, other) {
  return Boolean(other) && box.every((value, place) => value === other[place]);
}

function node(name, attributes) {
  const made = document.createElementNS(SVG, name);
  set(made, attributes);
  return made;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
