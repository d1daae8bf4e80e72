using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api;

/// <summary>The whole of a request: is it let in, which route, which endpoint, and what is said when that fails.</summary>
internal sealed class Gateway(
    ConnectionLimit connections,
    Admission admission,
    CollectionHandles collections,
    GetEndpoint get,
    SetEndpoint set,
    DeleteEndpoint delete,
    ListEndpoint list,
    BatchEndpoint batch,
    NamespaceEndpoints namespaces,
    HealthEndpoints health,
    SyncEndpoint sync,
    DeviceEndpoints devices,
    IMetricsText metrics,
    ILogger<Gateway> logger,
    IClusterMember? member = null)
{
    private static readonly ApiError NotFound = new(ErrorKind.NotFound, "there is no such route");

    public async Task Handle(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var span = GatewayTrace.Begin(context);
        var route = Route.None;
        try
        {
            await Dispatch(context, out route);
        }
        catch (Exception fault)
        {
            await Fail(context, route, fault);
        }
        finally
        {
            GatewayTrace.End(span, context, route);
            GatewayMeter.Answered(context, route, VerbOf(context.Request.Method), Stopwatch.GetElapsedTime(started));
        }
    }

    private ValueTask Dispatch(HttpContext context, out Route route)
    {
        route = Route.None;
        var target = RequestTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        var answered = false;
        var crowded = connections.Refusal(context);

        // A probe is told the truth also when too many others have come; a restart would not help against those.
        crowded = target.Path is "/health/live" ? null : crowded;
        if ((crowded ?? admission.Judge(context, target.Path, out answered)) is { } refused)
        {
            return RefusalResponse.Send(context, refused);
        }

        if (answered)
        {
            return ValueTask.CompletedTask;
        }

        var match = Routes.Match(target.Path);
        route = match.Route;
        var verb = VerbOf(context.Request.Method);
        return route == Route.None ? RefusalResponse.Send(context, NotFound)
            : (verb & Routes.Verbs(route)) == 0 ? WrongMethod(context, route)
            : Routes.IsOfData(route) && member?.Isolation is { } isolation ? RefusalResponse.Send(context, new(ErrorKind.Unavailable, isolation))
            : route is Route.Entry or Route.Collection ? InCollection(context, verb, match, target)
            : route is Route.Batch ? batch.Handle(context, verb == Verb.Delete ? OperationKind.Delete : OperationKind.Set)
            : route is Route.DeviceEntry ? OfDevice(context, match)
            : route is Route.Root or Route.Namespaces or Route.Health or Route.HealthLive or Route.HealthReady or Route.Recovery or Route.Metrics
                or Route.Sync or Route.Devices ? Plain(context, route)
            : InNamespace(context, match);
    }

    private static Verb VerbOf(string method) => method switch
    {
        "GET" => Verb.Get,
        "POST" => Verb.Post,
        "PUT" => Verb.Put,
        "DELETE" => Verb.Delete,
        "HEAD" => Verb.Head,
        _ => Verb.None,
    };

    private ValueTask InCollection(HttpContext context, Verb verb, in RouteMatch match, in RequestTarget target)
    {
        if (!collections.TryGet(match, out var collection, out var error))
        {
            return RefusalResponse.Send(context, error!);
        }

        if (match.Route == Route.Collection)
        {
            return ListEndpoint.TryReadQuery(target, out var limit, out var offset, out error) && Consistency.TryRead(target, out var isStrong, out error)
                ? list.Handle(context, collection, limit, offset, isStrong)
                : RefusalResponse.Send(context, error!);
        }

        return !PathNames.TryKey(match.Key, out var key, out error) ? RefusalResponse.Send(context, error!)
            : verb is Verb.Get or Verb.Head ? Get(context, collection, key, target)
            : verb is Verb.Delete ? delete.Handle(context, collection, key)
            : set.Handle(context, collection, key);
    }

    private ValueTask Get(HttpContext context, CollectionHandle collection, string key, in RequestTarget target) =>
        Consistency.TryRead(target, out var isStrong, out var error)
            ? get.Handle(context, collection, key, isStrong || member is { IsInDoubt: true })
            : RefusalResponse.Send(context, error!);

    private ValueTask OfDevice(HttpContext context, in RouteMatch match) =>
        PathNames.TryDevice(match.Device, out var device, out var error)
        && PathNames.TryNamespace(match.Namespace, out var ns, out error)
        && PathNames.TryCollection(match.Collection, out var collection, out error)
        && PathNames.TryKey(match.Key, out var key, out error)
            ? devices.Get(context, device, ns, collection, key)
            : RefusalResponse.Send(context, error!);

    private ValueTask InNamespace(HttpContext context, in RouteMatch match)
    {
        if (!PathNames.TryNamespace(match.Namespace, out var ns, out var error))
        {
            return RefusalResponse.Send(context, error!);
        }

        if (match.Route == Route.NamespaceCollection)
        {
            return PathNames.TryCollection(match.Collection, out var collection, out error)
                ? namespaces.DeleteCollection(context, ns, collection)
                : RefusalResponse.Send(context, error!);
        }

        return match.Route switch
        {
            Route.NamespaceCollections => namespaces.ListCollections(context, ns),
            Route.NamespaceInfo => namespaces.Info(context, ns),
            _ => namespaces.Delete(context, ns),
        };
    }

    private ValueTask Plain(HttpContext context, Route route) => route switch
    {
        Route.Root => HealthEndpoints.Root(context),
        Route.Health => health.Health(context),
        Route.HealthLive => health.Live(context),
        Route.Sync => sync.Handle(context),
        Route.Devices => devices.List(context),
        Route.HealthReady => health.Ready(context),
        Route.Recovery => health.Recovery(context),
        Route.Metrics => MetricsEndpoint.Send(context, metrics),
        _ => namespaces.List(context),
    };

    private static ValueTask WrongMethod(HttpContext context, Route route)
    {
        var allow = Routes.Allow(route);
        context.Response.Headers.Allow = allow;
        return RefusalResponse.Send(context, new(ErrorKind.MethodNotAllowed, $"this route takes {allow} only"));
    }

    private async ValueTask Fail(HttpContext context, Route route, Exception fault)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (context.Response.HasStarted)
        {
            ApiLog.RequestFailed(logger, fault, context.Request.Method, route);
            context.Abort();
            return;
        }

        var error = GrainFaults.Expected(fault);
        if (error is null)
        {
            ApiLog.RequestFailed(logger, fault, context.Request.Method, route);
            error = GrainFaults.Unexpected;
        }

        await RefusalResponse.Send(context, error);
    }
}
