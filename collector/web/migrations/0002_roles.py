"""Roles, grants and the second factor, as Django spells them."""

# ruff: noqa: D101, E501, RUF012, TID251  # written by makemigrations, so left as it writes

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('web', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='officer',
            name='locked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='officer',
            name='must_change',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='officer',
            name='otp_sealed',
            field=models.BinaryField(blank=True, default=b''),
        ),
        migrations.AddField(
            model_name='officer',
            name='otp_step',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='officer',
            name='otp_wrong',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='officer',
            name='role',
            field=models.CharField(blank=True, default='', max_length=20),
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('over', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=200)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('officer', 'over', 'name'), name='grant_once')],
            },
        ),
    ]
