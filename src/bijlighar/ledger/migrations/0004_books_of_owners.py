"""An owner may have other accounts than a wallet: arrears set aside, a deposit held."""

from django.db import migrations, models

OF_AN_OWNER = ("wallet", "arrears", "deposit")


class Migration(migrations.Migration):
    """Reversible while no owner has such an account."""

    dependencies = [("ledger", "0003_row_security")]

    operations = [
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                fields=("book", "owner_id"), name="one_account_a_book_and_owner"
            ),
        ),
        migrations.RemoveConstraint(model_name="account", name="one_wallet_an_owner"),
        migrations.RemoveConstraint(
            model_name="account", name="one_account_a_book_and_head"
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("owner_id__isnull", True)),
                fields=("book", "head"),
                name="one_account_a_book_and_head",
            ),
        ),
        migrations.RemoveConstraint(model_name="account", name="only_wallets_have_owners"),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("book__in", OF_AN_OWNER), ("owner_id__isnull", False)),
                    models.Q(
                        models.Q(("book__in", OF_AN_OWNER), _negated=True),
                        ("owner_id__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="only_owned_books_have_owners",
            ),
        ),
    ]
