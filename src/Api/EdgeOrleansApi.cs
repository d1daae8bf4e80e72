using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api;

/// <summary>Puts the gateway into a web application.</summary>
public static class EdgeOrleansApi
{
    private const int MaxRequestBufferBytes = 64 * 1024;

    /// <summary>
    /// Adds the gateway and sets the server's limits. Needs <see cref="IServiceStatus"/>, <see cref="ISyncStatus"/>, <see cref="ILocalCollections"/>, <see cref="IMetricsText"/>,
    /// <see cref="TimeProvider"/>
    /// (the service clock) and Orleans' <see cref="IGrainFactory"/> beside it. Call it before any endpoint is given to Kestrel in code.
    /// </summary>
    /// <exception cref="ArgumentException">An option is wrong; the message is <see cref="ApiOptions.Validate"/>'s.</exception>
    public static IServiceCollection AddEdgeOrleansApi(this IServiceCollection services, ApiOptions options)
    {
        if (options.Validate() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        services.AddSingleton(options);
        services.AddSingleton(services => new RequestBytes(Math.Min(options.MaxRequestBytesInFlight, services.GetRequiredService<IServiceStatus>().RequestMemoryBytes)));
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<ConnectionLimit>();
        services.AddSingleton<Admission>();
        services.AddSingleton<CollectionHandles>();
        services.AddSingleton<GetEndpoint>();
        services.AddSingleton<SetEndpoint>();
        services.AddSingleton<DeleteEndpoint>();
        services.AddSingleton<ListEndpoint>();
        services.AddSingleton<BatchEndpoint>();
        services.AddSingleton<NamespaceEndpoints>();
        services.AddSingleton<HealthEndpoints>();
        services.AddSingleton<SyncEndpoint>();
        services.AddSingleton<DeviceEndpoints>();
        services.AddSingleton<Gateway>();
        services.AddHostedService<GatewayGauges>();
        services.AddOptions<KestrelServerOptions>().Configure<ConnectionLimit>(ConfigureServer);

        // Without a listener to it, ASP.NET Core's own request log would still make an activity for each request.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        return services;
    }

    /// <summary>Listens where <see cref="ApiOptions.Listen"/> says and answers every request.</summary>
    public static WebApplication UseEdgeOrleansApi(this WebApplication app)
    {
        foreach (var address in ListenRules.Addresses(app.Services.GetRequiredService<ApiOptions>()))
        {
            app.Urls.Add(address);
        }

        app.Run(app.Services.GetRequiredService<Gateway>().Handle);
        return app;
    }

    private static void ConfigureServer(KestrelServerOptions kestrel, ConnectionLimit connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = connections.ServerMax;

        // The gateway counts a body's own bytes; the server would count chunk headers as well.
        kestrel.Limits.MaxRequestBodySize = null;

        // What a connection may send ahead while its request is being answered; the default of 1 MiB times 256 is no bound for a Pi.
        kestrel.Limits.MaxRequestBufferSize = MaxRequestBufferBytes;
        kestrel.ConfigureEndpointDefaults(endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(next => connection => connections.Run(connection, next));
            endpoint.Use(next => connection => ServerRejections.Run(connection, next));
        });
    }
}
