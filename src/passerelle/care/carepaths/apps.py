from django.apps import AppConfig


class CarepathsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "passerelle.care.carepaths"
    label = "carepaths"
    verbose_name = "protocoles de soins"

    def ready(self) -> None:
        from passerelle.care.carepaths.navigation import back_to_mine, register  # noqa: PLC0415 - models come first
        from passerelle.care.carepaths.selectors.acts import tasks_done  # noqa: PLC0415
        from passerelle.care.carepaths.services.following import answered  # noqa: PLC0415
        from passerelle.care.carepaths.views.mine import CONTEXT  # noqa: PLC0415
        from passerelle.care.forms.api import on_finish, register_return  # noqa: PLC0415
        from passerelle.care.savings.api import register_acts  # noqa: PLC0415

        register()
        register_return(CONTEXT, back_to_mine)
        on_finish(CONTEXT, answered)
        register_acts("protocol-task", tasks_done)
