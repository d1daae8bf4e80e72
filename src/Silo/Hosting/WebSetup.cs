using EdgeOrleans.Api;
using EdgeOrleans.Silo.Configuration;
using EdgeOrleans.Silo.Telemetry;

namespace EdgeOrleans.Silo.Hosting;

/// <summary>Kestrel, by the options and by its own section of the configuration.</summary>
internal static class WebSetup
{
    /// <summary>Adds Kestrel and the gateway. Endpoints and certificates of Kestrel's own come from the section <c>Kestrel</c>.</summary>
    public static void AddWeb(this WebApplicationBuilder builder, ServiceOptions options, IConfiguration configuration)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddEdgeOrleansApi(options.Api);
        builder.Services.AddSingleton<IMetricsText, MetricsText>();
        builder.Services.AddHostedService<ProcessGauges>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Configure(configuration.GetSection("Kestrel")));
        builder.Services.AddSingleton<ServerOrder>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ServerOrder>());
    }

    /// <summary>Puts the gateway behind the addresses.</summary>
    public static void UseWeb(this WebApplication app, ServiceOptions options)
    {
        app.UseEdgeOrleansApi();
        if (options.UsesKestrelEndpoints)
        {
            app.Urls.Clear();
        }
    }
}
