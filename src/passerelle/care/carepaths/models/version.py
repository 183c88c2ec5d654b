from django.db import models


class ProtocolVersion(models.Model):
    """A version of a protocol as it was published: never changed, so that who follows it keeps what they began."""

    code = models.SlugField("code", max_length=40)
    version = models.CharField("version", max_length=20)
    title = models.CharField("titre", max_length=200)
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte", max_length=64)
    published_at = models.DateTimeField("publiée le")

    class Meta:
        verbose_name = "version de protocole"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="carepaths_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
