// Keeps the pictures that `photo.js` shows. A picture comes in a message of its own, which is sent once: the boxes over
// it change with every click, and would take it along each time.

const KEPT = 4;

export default function ({ data }) {
  const pictures = (window.lekhPictures ??= new Map());
  pictures.delete(data.name);
  pictures.set(data.name, data.picture);
  while (pictures.size > KEPT) pictures.delete(pictures.keys().next().value);
  window.dispatchEvent(new Event("lekh-picture"));
}
