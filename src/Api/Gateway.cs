using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api;

/// <summary>The whole of a request: is it let in, which route, which endpoint, and what is said when that fails.</summary>
internal sealed class Gateway(
    Admission admission,
    CollectionHandles collections,
    GetEndpoint get,
    SetEndpoint set,
    DeleteEndpoint delete,
    HealthEndpoints health,
    ILogger<Gateway> logger)
{
    private static readonly ApiError NotFound = new(ErrorKind.NotFound, "there is no such route");

    public async Task Handle(HttpContext context)
    {
        var route = Route.None;
        try
        {
            await Dispatch(context, out route);
        }
        catch (Exception fault)
        {
            await Fail(context, route, fault);
        }
    }

    private ValueTask Dispatch(HttpContext context, out Route route)
    {
        route = Route.None;
        var target = RequestTarget.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        if (admission.Judge(context, target.Path, out var answered) is { } refused)
        {
            return RefusalResponse.Send(context, refused);
        }

        if (answered)
        {
            return ValueTask.CompletedTask;
        }

        var match = Routes.Match(target.Path);
        route = match.Route;
        var method = context.Request.Method;
        return route switch
        {
            Route.Entry => Entry(context, method, match),
            Route.None => RefusalResponse.Send(context, NotFound),
            _ when !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) => WrongMethod(context, route),
            Route.Root => HealthEndpoints.Root(context),
            Route.Health => health.Health(context),
            Route.HealthLive => health.Live(context),
            _ => RefusalResponse.Send(context, NotFound),
        };
    }

    private ValueTask Entry(HttpContext context, string method, in RouteMatch match)
    {
        var read = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        var write = HttpMethods.IsPost(method) || HttpMethods.IsPut(method);
        if (!read && !write && !HttpMethods.IsDelete(method))
        {
            return WrongMethod(context, Route.Entry);
        }

        if (!collections.TryGet(match, out var collection, out var error) || !PathNames.TryKey(match.Key, out var key, out error))
        {
            return RefusalResponse.Send(context, error!);
        }

        return read ? get.Handle(context, collection, key)
            : write ? set.Handle(context, collection, key)
            : delete.Handle(context, collection, key);
    }

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

        var error = fault is BadHttpRequestException bad ? BodyFaults.Of(bad) : GrainFaults.Expected(fault);
        if (error is null)
        {
            ApiLog.RequestFailed(logger, fault, context.Request.Method, route);
            error = new(ErrorKind.Internal, "the service failed to answer this request; its log says why");
        }

        await RefusalResponse.Send(context, error);
    }
}
