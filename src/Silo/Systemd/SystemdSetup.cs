namespace EdgeOrleans.Silo.Systemd;

/// <summary>Puts the reports to systemd beside the service.</summary>
internal static class SystemdSetup
{
    /// <param name="builder">The service's.</param>
    /// <param name="manager">Whom to report to; with none, nothing is added.</param>
    public static void AddSystemd(this WebApplicationBuilder builder, ServiceManager? manager)
    {
        if (manager is not null)
        {
            builder.Services.AddSingleton(manager).AddSingleton(manager.Activity).AddSingleton<Liveness>().AddHostedService<StateReports>();
        }
    }
}
