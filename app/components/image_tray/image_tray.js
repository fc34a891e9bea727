// Draws data.images as buttons; a click sends the image's id as the trigger "clicked".

function makeButton(image, isChosen, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.title = image.caption;
  button.setAttribute("aria-pressed", String(isChosen));
  const picture = document.createElement("img");
  picture.src = `data:image/jpeg;base64,${image.source}`;
  picture.alt = image.caption;
  const caption = document.createElement("span");
  caption.textContent = image.caption;
  button.append(picture, caption);
  button.onclick = onClick;
  return button;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const tray = parentElement.querySelector(".tray");
  tray.replaceChildren(
    ...data.images.map((image) =>
      makeButton(image, image.id === data.chosen, () => setTriggerValue("clicked", image.id)),
    ),
  );
}
