// Tells how wide the window is, once and when that changes.

export default function ({ data, setStateValue }) {
  const tell = () => {
    if (window.innerWidth !== data.known) setStateValue("width", window.innerWidth);
  };
  tell();
  window.addEventListener("resize", tell);
  return () => window.removeEventListener("resize", tell);
}
