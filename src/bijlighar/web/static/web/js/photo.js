/* A photo is made smaller on the phone before it is sent: a thin network carries a tenth of
   it, and where and when it was taken stays on the phone. What this cannot read is sent as
   it is; the server looks at everything again. `data-photo` is the longest side in pixels. */
(function () {
  "use strict";

  const WORTH_BYTES = 400 * 1024;
  const QUALITY = 0.85;

  async function smaller(file, mostSide) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, mostSide / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise(function (done) {
      canvas.toBlob(done, "image/jpeg", QUALITY);
    });
    return made && made.size < file.size
      ? new File([made], "photo.jpg", { type: "image/jpeg" })
      : file;
  }

  document.addEventListener("change", async function (event) {
    const input = event.target.closest("input[data-photo]");
    const file = input && input.files[0];
    if (!file || file.size < WORTH_BYTES || !/^image\/(jpeg|png)$/.test(file.type)) return;
    const button = input.form.querySelector("button");
    button.disabled = true;
    try {
      const held = new DataTransfer();
      held.items.add(await smaller(file, Number(input.dataset.photo)));
      input.files = held.files;
    } catch (_unreadable) {
      // The file goes as it is.
    } finally {
      button.disabled = false;
    }
  });
})();
